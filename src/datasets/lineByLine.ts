/** One prompt per line; a JSON line may be a messages array or a whole request body. */
import { basename } from 'node:path'
import { ConfigError } from '../config/index.ts'
import type { Dataset, Message, Prompt } from './dataset.ts'
import { readLines } from './lines.ts'

export const lineByLine: Dataset = {
  name: 'line_by_line',
  description: 'each line of --dataset-path: a text, or JSON: a messages array or a whole request body',
  async *read({ path }) {
    if (path === undefined)
      throw new ConfigError('dataset line_by_line: give its text file with --dataset-path', 'datasetPath')
    for await (const { text, number } of readLines(path, 'line_by_line'))
      yield promptOf(text, `dataset line_by_line: ${basename(path)} line ${number}`)
  },
}

function promptOf(text: string, where: string): Prompt {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { text }
  }
  if (typeof value === 'string') return { text: value }
  if (Array.isArray(value)) {
    if (value.length === 0 || !value.every(isMessage))
      throw new ConfigError(`${where}: a JSON array must hold messages, each with a role and content`, 'datasetPath')
    return { messages: value }
  }
  if (typeof value !== 'object' || value === null) return { text }
  if (!('messages' in value || 'prompt' in value || 'input' in value))
    throw new ConfigError(
      `${where}: a JSON object must be a request body with "messages", "prompt" or "input"`,
      'datasetPath',
    )
  return { body: value as Record<string, unknown> }
}

function isMessage(value: unknown): value is Message {
  return (
    typeof value === 'object' && value !== null && typeof (value as Message).role === 'string' && 'content' in value
  )
}
