/** Builds what is sent ahead of the run: request bodies, and what the load threads need to hold conversations. */
import { type Api, outputLimit, withExtraArgs, withOutputLimit, withoutFields } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { bodyArgs, type Conversation, type TimedPrompt, type Turn } from '../datasets/index.ts'
import { type PlannedTurn, packBodies, type SharedBodies, type SharedConversations } from '../load/index.ts'
import { type Random, seeded } from '../random/index.ts'

/** More distinct bodies than this are not built: request i sends body i modulo their number. */
export const MAX_BODIES = 100_000

/**
 * JSON texts, in the order of the prompts; output lengths are the prompt's own, or sampled per request where a range is
 * given. What is built for a prompt goes over `queryTemplate`.
 */
export function buildBodies(
  prompts: readonly TimedPrompt[],
  config: ResolvedConfig,
  api: Api,
  path: string,
  wanted: number,
): string[] {
  const limit = outputLimit(config)
  const settled = { ...config, extraArgs: bodyArgs(config) }
  // A range makes requests with the same prompt differ, so each request gets a body of its own.
  const count = Array.isArray(limit) ? Math.min(Math.max(wanted, prompts.length), MAX_BODIES) : prompts.length
  const random = seeded(config.loadSeed)
  return Array.from({ length: count }, (_, i) => {
    const prompt = prompts[i % prompts.length]!
    const tokens = prompt.maxTokens ?? (Array.isArray(limit) ? sampleLimit(limit, random) : undefined)
    return JSON.stringify(buildBody(prompt, withOutputLimit(settled, tokens), api, path))
  })
}

/**
 * What an answer must have to be a success.
 *
 * @param bodyText of the first request: those of a run ask for the same number of choices
 */
export function answersAsked(
  { allowEmpty }: ResolvedConfig,
  bodyText: string,
): { choices: number | undefined; allowEmpty: boolean } {
  const { n, parameters } = JSON.parse(bodyText) as { n?: unknown; parameters?: { n?: unknown } }
  const asked = n ?? parameters?.n
  return { choices: Number.isSafeInteger(asked) ? (asked as number) : undefined, allowEmpty }
}

/**
 * The body of one request, over `queryTemplate`.
 * @param config with the `extraArgs` of bodies, and one limit of the answer
 */
export function buildBody(
  prompt: TimedPrompt,
  config: ResolvedConfig,
  api: Api,
  path: string,
): Record<string, unknown> {
  if (prompt.isWhole && 'body' in prompt) return recordedBody(prompt.body, config)
  const built = { ...config.queryTemplate, ...api.buildRequest(prompt, config, path) }
  return withoutFields(built, config.extraArgs)
}

/** One of the numbers from the least to the most of `range`. */
export function sampleLimit(range: readonly number[], random: Random): number {
  const [low, high] = [Math.min(...range), Math.max(...range)]
  return low + Math.floor(random() * (high - low + 1))
}

/** A recorded request is sent as it was, but for the form of its answer: what is measured needs the one asked for. */
function recordedBody(body: Record<string, unknown>, config: ResolvedConfig): Record<string, unknown> {
  const { stream: _, stream_options: options, ...rest } = body
  const { stream, streamUsage, extraArgs } = config
  const asked =
    stream && streamUsage ? { stream_options: { ...(options as object | undefined), include_usage: true } } : {}
  return withExtraArgs({ ...rest, stream, ...asked }, extraArgs)
}

/** Headers that belong to one connection or one length of body: a recording's would break the request. */
const NOT_REPLAYED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What the recording says of single requests besides their bodies; nothing where it says nothing. */
export function recordedFacts(
  prompts: readonly TimedPrompt[],
  runHeaders: readonly string[],
): Pick<SharedBodies, 'headers' | 'ids'> {
  return {
    ...(prompts.some(({ headers }) => headers !== undefined)
      ? { headers: prompts.map(({ headers }) => (headers === undefined ? null : merged(runHeaders, headers))) }
      : {}),
    ...(prompts.some(({ requestId }) => requestId !== undefined)
      ? { ids: prompts.map(({ requestId }) => requestId ?? null) }
      : {}),
  }
}

function merged(runHeaders: readonly string[], own: Record<string, string>): string[] {
  const all = new Map<string, string>()
  for (let i = 0; i < runHeaders.length; i += 2) all.set(runHeaders[i]!, runHeaders[i + 1]!)
  for (const [name, value] of Object.entries(own)) {
    const key = name.toLowerCase()
    if (!NOT_REPLAYED.has(key)) all.set(key, value)
  }
  return [...all].flat()
}

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
