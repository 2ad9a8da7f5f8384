/** OpenAI chat completions, and completions where the URL says so. */

import { ConfigError } from '../config/errors.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { Prompt } from '../datasets/dataset.ts'
import type { Api } from './api.ts'
import { withExtraArgs } from './body.ts'
import { readOpenaiAnswer } from './openaiAnswer.ts'
import { messagesOf, textOf } from './prompt.ts'

export const openai: Api = {
  name: 'openai',
  description: 'OpenAI chat/completions, or completions when the URL ends in it',
  paths: ['/v1/chat/completions', '/v1/completions'],
  unread: ['id', 'created', 'system_fingerprint', 'obfuscation'],
  varying: ['obfuscation'],
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
  readEvent: readOpenaiAnswer,
  readAnswer: readOpenaiAnswer,
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
