/** OpenAI chat completions, and completions where the URL says so. */

import { ConfigError } from '../config/errors.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { Prompt } from '../datasets/dataset.ts'
import type { Api, ChoiceReading, Reading, Usage } from './api.ts'
import { withExtraArgs } from './body.ts'
import { messagesOf, textOf } from './prompt.ts'

export const openai: Api = {
  name: 'openai',
  description: 'OpenAI chat/completions, or completions when the URL ends in it',
  paths: ['/v1/chat/completions', '/v1/completions'],
  unread: ['id', 'created', 'system_fingerprint'],
  defaultFields: {
    max_tokens: 'maxTokens',
    max_completion_tokens: 'maxTokens',
    temperature: 'temperature',
    stream_options: 'streamUsage',
  },
  buildRequest(prompt, config, path) {
    const chat = !/(?<!\/chat)\/completions$/.test(path.replace(/\?.*$/s, ''))
    if (!chat && config.maxCompletionTokens !== undefined)
      throw new ConfigError(
        'option "maxCompletionTokens": completions have no such parameter; use maxTokens',
        'maxCompletionTokens',
      )
    const input = chat ? chatInput(prompt) : completionInput(prompt)
    return withExtraArgs({ ...generationOptions(config), ...input }, config.extraArgs)
  },
  readEvent: (event) => read(event, 'delta'),
  readAnswer: (answer) => read(answer, 'message'),
}

function chatInput(prompt: Prompt): Record<string, unknown> {
  return 'body' in prompt ? prompt.body : { messages: messagesOf(prompt, 'openai') }
}

function completionInput(prompt: Prompt): Record<string, unknown> {
  if ('body' in prompt) return prompt.body
  return { prompt: prompt.tokenIds ?? textOf(prompt, 'openai') }
}

function generationOptions(config: ResolvedConfig): Record<string, unknown> {
  const { stream, streamUsage } = config
  const body: Record<string, unknown> = {
    model: config.model,
    max_tokens: config.maxTokens ?? undefined,
    max_completion_tokens: config.maxCompletionTokens,
    min_tokens: config.minTokens,
    temperature: config.temperature ?? undefined,
    top_p: config.topP,
    top_k: config.topK,
    seed: config.seed,
    stop: config.stop,
    stop_token_ids: config.stopTokenIds,
    n: config.nChoices,
    frequency_penalty: config.frequencyPenalty,
    repetition_penalty: config.repetitionPenalty,
    logprobs: config.logprobs,
    stream,
  }
  if (stream && streamUsage) body['stream_options'] = { include_usage: true }
  return body
}

interface Part {
  content?: unknown
  reasoning_content?: unknown
  reasoning?: unknown
  refusal?: unknown
  tool_calls?: unknown
  function_call?: unknown
}

interface Choice {
  index?: unknown
  delta?: Part | null
  message?: Part | null
  text?: unknown
  finish_reason?: unknown
}

function read(value: unknown, key: 'delta' | 'message'): Reading {
  if (typeof value !== 'object' || value === null) return {}
  const event = value as { id?: unknown; object?: unknown; choices?: unknown; usage?: unknown; error?: unknown }
  const reading: Reading = {}
  if (event.error !== undefined && event.error !== null) reading.error = JSON.stringify(event.error)
  // Older engines send the error itself, without the object around it.
  else if (event.object === 'error') reading.error = JSON.stringify(event)
  if (typeof event.id === 'string') reading.id = event.id
  const usage = readUsage(event.usage)
  if (usage) reading.usage = usage
  if (!Array.isArray(event.choices) || event.choices.length === 0) return reading
  reading.isPackage = true
  const choices = event.choices as (Choice | null)[]
  for (let i = 0; i < choices.length; i++) {
    const choice = choices[i]
    if (!choice) continue
    const into: ChoiceReading = i === 0 ? reading : {}
    if (readChoice(choice, choice[key] ?? {}, into)) reading.hasOutput = true
    if (i > 0) reading.more = [...(reading.more ?? []), into]
  }
  return reading
}

/** @returns whether it calls a tool, which is output although it may have no text yet */
function readChoice(choice: Choice, part: Part, into: ChoiceReading): boolean {
  if (typeof choice.index === 'number' && choice.index > 0) into.choice = choice.index
  const { tool_calls: calls, function_call: call } = part
  const isCall = Array.isArray(calls) ? calls.length > 0 : Boolean(call)
  const reasoning = words(part.reasoning_content ?? part.reasoning)
  const text = `${reasoning}${words(part.content)}${words(part.refusal)}${isCall ? calledIn(part) : ''}${words(choice.text)}`
  if (text !== '') into.text = text
  if (reasoning !== '') into.reasoning = reasoning
  if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') into.finishReason = choice.finish_reason
  return isCall
}

/** Names and arguments of the tools that are called, as far as they came. */
function calledIn({ tool_calls: calls, function_call: call }: Part): string {
  const functions = Array.isArray(calls) ? calls.map((one) => (one as { function?: unknown } | null)?.function) : [call]
  return functions
    .map((one) => {
      const { name, arguments: args } = (one ?? {}) as { name?: unknown; arguments?: unknown }
      return words(name) + words(args)
    })
    .join('')
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

interface WireUsage {
  prompt_tokens?: unknown
  completion_tokens?: unknown
  prompt_tokens_details?: { cached_tokens?: unknown } | null
  completion_tokens_details?: { reasoning_tokens?: unknown } | null
}

function readUsage(value: unknown): Usage | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const wire = value as WireUsage
  const usage: Usage = {}
  if (typeof wire.prompt_tokens === 'number') usage.inputTokens = wire.prompt_tokens
  if (typeof wire.completion_tokens === 'number') usage.outputTokens = wire.completion_tokens
  const cached = wire.prompt_tokens_details?.cached_tokens
  if (typeof cached === 'number') usage.cachedTokens = cached
  const reasoning = wire.completion_tokens_details?.reasoning_tokens
  if (typeof reasoning === 'number') usage.reasoningTokens = reasoning
  return usage
}
