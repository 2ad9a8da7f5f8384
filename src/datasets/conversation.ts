/** Conversations: messages of a file checked, histories split into turns, and as many turns as the scenario wants. */
import { ConfigError } from '../config/index.ts'
import { type Conversation, type Item, isConversation, type Message, type Turn } from './dataset.ts'
import type { Shape } from './lengths.ts'
import { kindOf } from './row.ts'

/** @throws ConfigError when an item is a whole request body, which has no next turn */
export function conversationOf(item: Item, dataset: string): Conversation {
  if (isConversation(item)) return item
  if ('text' in item) return { turns: [withLimit([{ role: 'user', content: item.text }], item.maxTokens)] }
  if ('messages' in item)
    return { turns: turnsOf(item.messages).map((messages) => withLimit(messages, item.maxTokens)) }
  throw new ConfigError(
    `option "multiTurn": dataset ${dataset} holds whole request bodies, which have no next turn; leave multiTurn out, or give conversations`,
    'multiTurn',
  )
}

/**
 * Splits a history at its answers: each turn is what was said since the last one. The answers themselves are left out,
 * because the model under test gives its own.
 */
export function turnsOf(messages: readonly Message[]): Message[][] {
  const turns: Message[][] = []
  let turn: Message[] = []
  for (const message of messages) {
    if (message.role !== 'assistant') turn.push(message)
    else if (turn.length > 0) {
      // An answer to the system's words alone is a greeting: those words belong to the first turn.
      if (turn.every(({ role }) => role === 'system')) continue
      turns.push(turn)
      turn = []
    }
  }
  if (turn.some(({ role }) => role !== 'system')) turns.push(turn)
  return turns
}

/** Cuts a conversation to `maxTurns`; undefined when it has fewer than `minTurns`, or none. */
export function keepTurns(
  { turns }: Conversation,
  { minTurns, maxTurns }: { minTurns: number; maxTurns?: number | undefined },
): Conversation | undefined {
  return turns.length < minTurns ? undefined : { turns: turns.slice(0, maxTurns) }
}

/** Limits of length are on what a conversation begins with; undefined when it is left out for that. */
export function shapeFirstTurn(conversation: Conversation, shape: Shape): Conversation | undefined {
  const [first, ...rest] = conversation.turns
  const shaped = shape({ messages: first!.messages })
  if (shaped === undefined || !('messages' in shaped)) return undefined
  return { turns: [{ ...first!, messages: shaped.messages }, ...rest] }
}

function withLimit(messages: Message[], maxTokens: number | undefined): Turn {
  return maxTokens === undefined ? { messages } : { messages, maxTokens }
}

/** Roles of ShareGPT's many forms, as chat roles. */
const ROLES: Record<string, string> = {
  human: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  function: 'tool',
}

/**
 * The messages of a field: OpenAI's `{role, content}`, or ShareGPT's `{from, value}`.
 * @param where dataset, file and line
 * @throws ConfigError naming file, line and field
 */
export function readMessages(values: unknown, field: string, where: string): Message[] {
  const wrong = (path: string, why: string): ConfigError =>
    new ConfigError(`${where}:${path === '' ? '' : ` field "${path}"`} ${why}`, 'datasetPath')
  if (!Array.isArray(values)) throw wrong(field, `must be an array of messages, got ${kindOf(values)}`)
  if (values.length === 0) throw wrong(field, 'must hold at least one message, got an empty array')
  return values.map((value: unknown, i) => {
    const path = `${field}[${i}]`
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw wrong(path, `must be a message, got ${kindOf(value)}`)
    const given = value as Record<string, unknown>
    const [roleField, contentField] = 'from' in given && !('role' in given) ? ['from', 'value'] : ['role', 'content']
    const role = given[roleField]
    if (typeof role !== 'string' || role === '')
      throw wrong(`${path}.${roleField}`, `must be a non-empty string, got ${kindOf(role)}`)
    const content = given[contentField]
    // An assistant's message may consist of tool calls alone.
    if (content === undefined && !('tool_calls' in given)) throw wrong(`${path}.${contentField}`, 'is missing')
    if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content))
      throw wrong(`${path}.${contentField}`, `must be a text or an array of parts, got ${kindOf(content)}`)
    if (roleField === 'from') return { role: Object.hasOwn(ROLES, role) ? ROLES[role] : role, content } as Message
    return given as unknown as Message
  })
}

/** Throws when a history holds no turn, naming where. */
export function requireTurns<T>(turns: readonly T[], field: string, where: string): readonly T[] {
  if (turns.length > 0) return turns
  throw new ConfigError(`${where}:${field === '' ? '' : ` field "${field}"`} holds no message of a user`, 'datasetPath')
}
