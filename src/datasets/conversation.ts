/** Makes a conversation of whatever a dataset yields, and gives it as many turns as the scenario wants. */
import { ConfigError } from '../config/index.ts'
import type { Message } from './dataset.ts'
import { type Conversation, type Item, isConversation, type Turn } from './item.ts'
import type { Shape } from './lengths.ts'

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
