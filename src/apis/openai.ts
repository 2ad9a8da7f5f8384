/** OpenAI chat completions, and completions where the URL says so. */
import type { ResolvedConfig } from '../config/index.ts'
import type { Prompt } from '../datasets/dataset.ts'
import type { Api, Reading, Usage } from './api.ts'

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
  if ('body' in prompt) return prompt.body
  return { messages: 'messages' in prompt ? prompt.messages : [{ role: 'user', content: prompt.text }] }
}

function completionInput(prompt: Prompt): Record<string, unknown> {
  if ('body' in prompt) return prompt.body
  if ('text' in prompt) return { prompt: prompt.text }
  return {
    prompt: prompt.messages
      .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)))
      .join('\n'),
  }
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
  delta?: Part | null
  message?: Part | null
  text?: unknown
  finish_reason?: unknown
}

function read(value: unknown, key: 'delta' | 'message'): Reading {
  if (typeof value !== 'object' || value === null) return {}
  const event = value as { id?: unknown; choices?: unknown; usage?: unknown; error?: unknown }
  const reading: Reading = {}
  if (event.error !== undefined && event.error !== null) reading.error = JSON.stringify(event.error)
  if (typeof event.id === 'string') reading.id = event.id
  const usage = readUsage(event.usage)
  if (usage) reading.usage = usage
  if (!Array.isArray(event.choices) || event.choices.length === 0) return reading
  reading.isPackage = true
  for (const choice of event.choices as (Choice | null)[]) {
    if (!choice) continue
    const part = choice[key] ?? {}
    const text = `${words(part.reasoning_content ?? part.reasoning)}${words(part.content)}${words(part.refusal)}${words(choice.text)}`
    if (text !== '') reading.text = (reading.text ?? '') + text
    if (Array.isArray(part.tool_calls) ? part.tool_calls.length > 0 : Boolean(part.function_call))
      reading.hasOutput = true
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '')
      reading.finishReason = choice.finish_reason
  }
  return reading
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
