/** SWE-smith: trajectories of agents that mend software. What the agent was told is said; its answers are left out. */
import { ConfigError } from '../config/index.ts'
import { readWhole, unreadable } from '../hub/index.ts'
import { readMessages } from './conversation.ts'
import type { Conversation, Dataset, Message } from './dataset.ts'
import { readChunks } from './pieces.ts'
import { hubFile } from './published.ts'
import { kindOf, type Row } from './row.ts'
import { isTable, readRows } from './rows.ts'

const NAME = 'swe_smith'
const HUB = {
  modelscope: 'SWE-bench/SWE-smith-trajectories',
  huggingface: 'SWE-bench/SWE-smith-trajectories',
  file: 'data/tool-00000-of-00001.parquet',
}
/** Of a file, where prepared conversations show. */
const HEAD_BYTES = 4096
/** Of a prepared file: JavaScript has no longer texts. */
const PREPARED_BYTES = 2 ** 29

export const sweSmith: Dataset = {
  name: NAME,
  description:
    'trajectories: `messages` of each row of --dataset-path or the hub, or a prepared file {"conversations": [[{"messages": […]}, …]]}; each message to the agent is a turn',
  async *read(options) {
    const path = await hubFile(options, HUB)
    if (await isPrepared(path)) yield* preparedConversations(path)
    else for await (const row of readRows(path, NAME)) yield* trajectory(row)
  },
}

/** A trajectory in which the agent was told nothing is no conversation. */
function* trajectory(row: Row): Generator<Conversation> {
  const { where } = row
  const messages = readMessages(parsed(row), 'messages', where)
  const turns: Message[][] = []
  let system: Message[] = []
  for (const message of messages) {
    const text = textOf(message)
    if (text === '' || message.role === 'assistant') continue
    if (message.role === 'system') system = [{ role: 'system', content: text }]
    // Chat templates take a tool's result only after the call it answers, which is the model's own to make.
    else turns.push([...system.splice(0), { role: 'user', content: text }])
  }
  if (turns.length > 0) yield { turns: turns.map((turn) => ({ messages: turn })) }
}

/** The published rows hold the messages as a JSON text. */
function parsed({ value, where }: Row): unknown {
  const { messages } = value
  if (typeof messages !== 'string') return messages
  try {
    return JSON.parse(messages)
  } catch (error) {
    throw new ConfigError(
      `${where}: field "messages" is a text but not JSON: ${(error as Error).message}`,
      'datasetPath',
    )
  }
}

function textOf({ content }: Message): string {
  if (typeof content === 'string') return content
  const parts: unknown[] = Array.isArray(content) ? content : []
  return parts
    .map((part) => (typeof part === 'string' ? part : (part as { text?: unknown } | null)?.text))
    .filter((text) => typeof text === 'string')
    .join('\n')
}

async function isPrepared(path: string): Promise<boolean> {
  if (isTable(path)) return false
  for await (const chunk of readChunks(path, NAME))
    return /^\s*\{\s*"(metadata|config|args|conversations)"\s*:/.test(chunk.subarray(0, HEAD_BYTES).toString())
  return false
}

/** One JSON object, read whole: it is what a script prepared for so many conversations. */
async function* preparedConversations(path: string): AsyncGenerator<Conversation> {
  let value: unknown
  try {
    value = JSON.parse(readWhole(path, PREPARED_BYTES).toString())
  } catch (error) {
    const why = error instanceof SyntaxError ? `is not JSON: ${error.message}` : unreadable(error)
    throw new ConfigError(`option "datasetPath": "${path}" for dataset ${NAME} ${why}`, 'datasetPath')
  }
  const { conversations } = value as { conversations?: unknown }
  const where = `dataset ${NAME}: ${path}`
  if (!Array.isArray(conversations))
    throw new ConfigError(
      `${where}: field "conversations" must be an array, got ${kindOf(conversations)}`,
      'datasetPath',
    )
  for (const [c, turns] of conversations.entries()) {
    const field = `conversations[${c}]`
    if (!Array.isArray(turns) || turns.length === 0)
      throw new ConfigError(
        `${where}: field "${field}" must be a non-empty array of turns, got ${kindOf(turns)}`,
        'datasetPath',
      )
    yield {
      turns: turns.map((turn: { messages?: unknown } | null, t) => ({
        messages: readMessages(turn?.messages, `${field}[${t}].messages`, where),
      })),
    }
  }
}
