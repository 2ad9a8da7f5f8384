/** OpenAI chat completions, and completions where the URL says so. */
import type { ResolvedConfig } from '../config/index.ts'
import type { Prompt } from '../datasets/dataset.ts'
import type { Api, CallPiece, ChoiceReading, Reading, Usage } from './api.ts'
import { calledText, callPieces } from './parts.ts'
import { messagesOf, textOf } from './prompt.ts'

export const openai: Api = {
  name: 'openai',
  description: 'OpenAI chat/completions, or completions when the URL ends in it',
  paths: ['/v1/chat/completions', '/v1/completions'],
  unread: ['id', 'created', 'system_fingerprint'],
  buildRequest(prompt, config, path) {
    const chat = !path.endsWith('/completions') || path.endsWith('/chat/completions')
    return {
      ...generationOptions(config),
      ...(chat ? chatInput(prompt) : completionInput(prompt)),
      ...config.extraArgs,
    }
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
  const { stream } = config
  const body: Record<string, unknown> = {
    model: config.model,
    max_tokens: config.maxTokens,
    min_tokens: config.minTokens,
    temperature: config.temperature,
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
  if (stream) body['stream_options'] = { include_usage: true }
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
  const pieces = isCall ? callsIn(part) : []
  const called = calledText(pieces)
  const text = `${reasoning}${words(part.content)}${words(part.refusal)}${words(choice.text)}${called}`
  if (text !== '') into.text = text
  if (reasoning !== '') into.reasoning = reasoning
  if (called !== '') into.called = called
  if (pieces.length > 0) into.toolCalls = pieces
  if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') into.finishReason = choice.finish_reason
  return isCall
}

/** What it says of the tools that are called; older servers have one `function_call`, without an id. */
function callsIn({ tool_calls: calls, function_call: call }: Part): CallPiece[] {
  return Array.isArray(calls) ? callPieces(calls) : callPieces([{ index: 0, function: call }])
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
