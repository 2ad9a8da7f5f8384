/** What a run, and each side of a comparison, sends with: request bodies, secrets, load threads and the result DB. */
import { performance } from 'node:perf_hooks'
import type { Api } from '../apis/index.ts'
import { parseShard, type ResolvedConfig } from '../config/index.ts'
import type { Conversation, TimedPrompt } from '../datasets/index.ts'
import { LoadPool, type PoolOptions, packBodies, type SharedBodies } from '../load/index.ts'
import { ResultStore } from '../records/index.ts'
import type { Secrets } from '../secrets/index.ts'
import { buildConversations } from './conversations.ts'
import type { Endpoint } from './endpoint.ts'
import { secretsOfRun } from './redact.ts'
import { answersAsked, buildBodies, recordedFacts } from './requests.ts'
import { wired } from './route.ts'

export interface RunParts {
  config: ResolvedConfig
  api: Api
  /** What load threads load the API by. */
  reference: string
  endpoint: Endpoint
  /** Of each request, names and values in turn. */
  headers: readonly string[]
  prompts: readonly TimedPrompt[]
  /** Sent instead of prompts. */
  conversations?: readonly Conversation[] | undefined
  /** Bodies to build at most. */
  limit: number
  /** Environment of a command that was started for it, which may hold secrets. */
  env?: Readonly<Record<string, string>> | undefined
}

export interface OpenRun {
  bodies: SharedBodies
  secrets: Secrets
  /** Turns of each conversation; undefined where single requests are sent. */
  turnCounts: readonly number[] | undefined
  /** Bytes of the plans of conversations, and the most turns of one. */
  conversations: { plans: SharedBodies; turns: number } | undefined
  /** Starts load threads, which then hold these bodies. */
  openPool(options: Pick<PoolOptions, 'workers' | 'onBatch'>): LoadPool
  /**
   * Starts the thread that writes; undefined where nothing is stored.
   * @param onFailure called once when it can no longer write: the load must stop
   */
  openStore(onFailure: () => void): ResultStore | undefined
}

/**
 * Builds all that is sent. It is done again with another `config` where the endpoint takes the first request otherwise.
 * @throws ConfigError when a request cannot be built
 */
export function openRun(parts: RunParts): OpenRun {
  const { config, api, reference, endpoint, headers, prompts, conversations, limit, env } = parts
  const { route, origin } = endpoint
  const sent = wired(route, endpoint, headers)
  const built = conversations && buildConversations(conversations, config, api, endpoint.path, limit)
  const texts = built?.bodyTexts ?? buildBodies(prompts, config, api, endpoint.path, limit)
  const bodies: SharedBodies = { ...packBodies(texts), ...recordedFacts(prompts, sent.headers) }
  const asked = answersAsked(config, texts[0]!)
  const secrets = secretsOfRun({ ...config, env }, sent.headers, ...(bodies.headers ?? []))
  const keepTexts = config.store === 'full'
  return {
    bodies,
    secrets,
    turnCounts: built?.turnCounts,
    conversations: built && { plans: built.shared.plans, turns: Math.max(...built.turnCounts) },
    openPool: (options) =>
      new LoadPool({
        ...options,
        api: reference,
        origin,
        ...sent,
        route,
        stream: config.stream,
        connectTimeoutMs: config.connectTimeout * 1000,
        readTimeoutMs: config.readTimeout * 1000,
        totalTimeoutMs: config.totalTimeout * 1000,
        maxEventBytes: config.maxEventBytes,
        ...asked,
        bodies,
        conversations: built?.shared,
        secrets: secrets.spellings,
        keepTexts,
        shard: config.loadShard === undefined ? undefined : parseShard(config.loadShard),
      }),
    openStore: (onFailure) =>
      config.store === 'none'
        ? undefined
        : new ResultStore(
            {
              bodies,
              isStream: config.stream,
              keepTexts,
              textLimit: config.storeLimit * 1e6,
              secrets: secrets.spellings,
              commitInterval: config.dbCommitInterval,
              wallOriginMs: performance.timeOrigin,
            },
            onFailure,
          ),
  }
}
