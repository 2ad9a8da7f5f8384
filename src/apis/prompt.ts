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
  if ('text' in prompt) return prompt.text
  if ('messages' in prompt)
    return prompt.messages
      .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)))
      .join('\n')
  if ('rerank' in prompt) throw wrongKind('a query with documents to rank', api, 'openai_rerank')
  if (prompt.inputs.length === 1) return prompt.inputs[0]!
  throw wrongKind(`${prompt.inputs.length} texts to embed`, api, 'openai_embedding')
}

/** @throws ConfigError for a query with documents */
export function textsOf(prompt: Input, api: string): string[] {
  return 'inputs' in prompt ? prompt.inputs : [textOf(prompt, api)]
}

export function wrongKind(what: string, api: string, better: string): ConfigError {
  return new ConfigError(
    `option "dataset": it gives ${what}, which the API ${api} does not take; use --api ${better}, or another dataset`,
    'dataset',
  )
}
