/** What APIs take from a prompt: chat messages, one text, or texts to embed. */
import { ConfigError } from '../config/errors.ts'
import type { Message, Prompt } from '../datasets/dataset.ts'

/** A prompt that is not a whole request body, which every API takes as it is. */
export type Input = Exclude<Prompt, { body: unknown }>

/** @throws ConfigError for a prompt that is not of words for a model to answer */
export function messagesOf(prompt: Input, api: string): Message[] {
  if ('messages' in prompt) return prompt.messages
  return [{ role: 'user', content: textOf(prompt, api) }]
}

/** One text; messages are joined by line ends. @throws ConfigError for batches and documents */
export function textOf(prompt: Input, api: string): string {
  if (prompt.rerank !== undefined) throw wrongKind('a query with documents to rank', api, 'openai_rerank')
  if (prompt.inputs !== undefined && prompt.inputs.length > 1)
    throw wrongKind(`${prompt.inputs.length} texts to embed`, api, 'openai_embedding')
  if ('text' in prompt) return prompt.text
  return prompt.messages
    .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)))
    .join('\n')
}

/** @throws ConfigError for a query with documents */
export function textsOf(prompt: Input, api: string): string[] {
  return prompt.inputs ?? [textOf(prompt, api)]
}

export function wrongKind(what: string, api: string, better: string): ConfigError {
  return new ConfigError(
    `option "dataset": it gives ${what}, which the API ${api} does not take; use --api ${better}, or another dataset`,
    'dataset',
  )
}
