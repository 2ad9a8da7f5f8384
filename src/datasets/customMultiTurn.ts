/** Conversations of one's own: a history per line, of which the user's side is said and the model's is left out. */
import { ConfigError } from '../config/index.ts'
import { readMessages, requireTurns, turnsOf } from './conversation.ts'
import type { Conversation, Dataset } from './dataset.ts'
import { placeOf, readLines } from './pieces.ts'
import { kindOf } from './row.ts'

const NAME = 'custom_multi_turn'

export const customMultiTurn: Dataset = {
  name: NAME,
  description: 'each line of --dataset-path: a JSON array of messages, or an object with `messages`',
  async *read({ path }) {
    if (path === undefined)
      throw new ConfigError(
        `option "datasetPath": dataset ${NAME} needs a JSONL file, each line a JSON array of messages; name it`,
        'datasetPath',
      )
    for await (const { text, number } of readLines(path, NAME)) yield conversationOn(text, placeOf(path, NAME, number))
  },
}

function conversationOn(text: string, where: string): Conversation {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${where}: not JSON: ${(error as Error).message}`, 'datasetPath')
  }
  const isArray = Array.isArray(value)
  if (!isArray && (typeof value !== 'object' || value === null))
    throw new ConfigError(`${where}: must be an array of messages, got ${kindOf(value)}`, 'datasetPath')
  const field = isArray ? '' : 'messages'
  const turns = turnsIn(isArray ? value : (value as Record<string, unknown>)['messages'], field, where)
  return { turns: turns.map((messages) => ({ messages })) }
}

/** Users who speak twice in a row wait for the answer in between: each of their messages is a turn. */
function turnsIn(values: unknown, field: string, where: string): ReturnType<typeof turnsOf> {
  const messages = readMessages(values, field, where)
  const turns = messages.some(({ role }) => role === 'assistant')
    ? turnsOf(messages)
    : turnsOf(messages.flatMap((message) => (message.role === 'system' ? [message] : [message, ANSWER])))
  return [...requireTurns(turns, field, where)]
}

/** Stands where the model under test answers. */
const ANSWER = { role: 'assistant', content: '' } as const
