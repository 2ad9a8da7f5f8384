/** One prompt per line; a JSON line may be a text, a messages array or a whole request body. */
import { ConfigError } from '../config/index.ts'
import type { Dataset, Message, Prompt } from './dataset.ts'
import { type TextArgs, textArgs } from './lengths.ts'
import { placeOf, readLines } from './pieces.ts'
import { kindOf } from './row.ts'

export const lineByLine: Dataset<TextArgs> = {
  name: 'line_by_line',
  args: textArgs,
  description: 'each line of --dataset-path: a text, or JSON: a messages array or a whole request body',
  async *read({ path }) {
    if (path === undefined)
      throw new ConfigError(
        'option "datasetPath": dataset line_by_line needs a text file with one prompt per line; name it',
        'datasetPath',
      )
    for await (const { text, number } of readLines(path, 'line_by_line'))
      yield promptOf(text, placeOf(path, 'line_by_line', number))
  },
}

const REMEDY = '; to send it as text, write it as a JSON string'
/** Fields that make an object the body of a request: of chat, completions, embeddings and responses, rankings. */
const INPUTS = ['messages', 'prompt', 'input', 'documents'] as const
/** What begins like this and is no JSON was meant to be: sending it as text would measure something else. */
const MEANT_AS_JSON = /^\s*(\{\s*"(messages|prompt|input|documents|query|model)"\s*:|\[\s*\{\s*"(role|content)"\s*:)/

function promptOf(text: string, where: string): Prompt {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!MEANT_AS_JSON.test(text)) return { text }
    throw new ConfigError(`${where}: begins like a request but is not JSON: ${(error as Error).message}`, 'datasetPath')
  }
  if (typeof value === 'string') {
    if (value.trim() === '') throw new ConfigError(`${where}: the prompt is ${kindOf(value)}`, 'datasetPath')
    return { text: value }
  }
  if (Array.isArray(value)) return { messages: messagesOf(value, where) }
  if (typeof value === 'object' && value !== null) return { body: bodyOf(value as Record<string, unknown>, where) }
  // A number, true, false or null: a short text that happens to be JSON.
  return { text }
}

function messagesOf(values: unknown[], where: string): Message[] {
  if (values.length === 0) throw new ConfigError(`${where}: the messages array is empty`, 'datasetPath')
  for (const [i, value] of values.entries()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ConfigError(`${where}: field "[${i}]" must be a message, got ${kindOf(value)}${REMEDY}`, 'datasetPath')
    const { role } = value as { role?: unknown }
    if (typeof role !== 'string' || role === '')
      throw new ConfigError(
        `${where}: field "[${i}].role" must be a non-empty string, got ${kindOf(role)}`,
        'datasetPath',
      )
    // An assistant's message may consist of tool calls alone.
    if (!('content' in value || 'tool_calls' in value))
      throw new ConfigError(`${where}: field "[${i}].content" is missing`, 'datasetPath')
  }
  // Which roles there are is the server's to say: models have their own.
  return values as Message[]
}

function bodyOf(body: Record<string, unknown>, where: string): Record<string, unknown> {
  const input = INPUTS.find((name) => body[name] !== undefined)
  if (input === undefined)
    throw new ConfigError(
      `${where}: a JSON object must be a request body with "messages", "prompt", "input" or "documents"${REMEDY}`,
      'datasetPath',
    )
  if (input === 'messages' && !(Array.isArray(body.messages) && body.messages.length > 0)) {
    const got = Array.isArray(body.messages) ? 'an empty array' : kindOf(body.messages)
    throw new ConfigError(`${where}: field "messages" must be a non-empty array, got ${got}`, 'datasetPath')
  }
  return body
}
