/** Builds what the load threads need to hold conversations: the first turn's body of each, and its later turns. */
import { type Api, outputLimit, withOutputLimit } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { Conversation, Turn } from '../datasets/index.ts'
import { type PlannedTurn, packBodies, type SharedConversations } from '../load/index.ts'
import { seeded } from '../random/index.ts'
import { MAX_BODIES, sampleLimit } from './requests.ts'

export interface BuiltConversations {
  /** Bodies of the first turns, JSON texts. */
  bodyTexts: string[]
  shared: SharedConversations
  /** Turns of each conversation. */
  turnCounts: number[]
}

/** @param wanted conversations the run will hold; there are fewer plans where neither lengths nor turns are sampled */
export function buildConversations(
  conversations: readonly Conversation[],
  config: ResolvedConfig,
  api: Api,
  path: string,
  wanted: number,
): BuiltConversations {
  const range = outputLimit(config)
  const random = seeded(config.loadSeed)
  const count = Array.isArray(range)
    ? Math.min(Math.max(wanted, conversations.length), MAX_BODIES)
    : conversations.length
  const limitOf = (turn: Turn): number | undefined => {
    if (turn.maxTokens !== undefined || !Array.isArray(range)) return turn.maxTokens
    return sampleLimit(range, random)
  }
  const bodyTexts: string[] = []
  const plans: string[] = []
  const turnCounts: number[] = []
  for (let i = 0; i < count; i++) {
    const { turns } = conversations[i % conversations.length]!
    const planned = turns.map((turn) => plan(turn, limitOf(turn)))
    const limit = planned[0]!.maxTokens
    const messages = turns[0]!.messages
    bodyTexts.push(JSON.stringify(api.buildRequest({ messages }, withOutputLimit(config, limit), path)))
    plans.push(JSON.stringify(planned))
    turnCounts.push(turns.length)
  }
  // What crosses to a thread must be plain data, and the key goes in the headers alone.
  const { apiKey: _, ...rest } = config
  const plain = JSON.parse(JSON.stringify(rest)) as ResolvedConfig
  return { bodyTexts, shared: { plans: packBodies(plans), config: plain, path }, turnCounts }
}

/** Requests that `conversations` of them take when each is held to its end; Infinity without a limit. */
export function plannedTurns(turnCounts: readonly number[], conversations: number): number {
  if (!Number.isFinite(conversations)) return conversations
  const all = turnCounts.reduce((sum, turns) => sum + turns, 0)
  const rest = turnCounts.slice(0, conversations % turnCounts.length)
  return Math.floor(conversations / turnCounts.length) * all + rest.reduce((sum, turns) => sum + turns, 0)
}

function plan({ messages, waitMs }: Turn, maxTokens: number | undefined): PlannedTurn {
  return {
    messages: messages.map((message) => JSON.stringify(message)).join(','),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(waitMs === undefined ? {} : { waitMs }),
  }
}
