/** What a run, and each side of a comparison, sends with: endpoint, request bodies, secrets, load threads, result DB. */
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Api } from '../apis/index.ts'
import { parseShard, type ResolvedConfig } from '../config/index.ts'
import type { Conversation, TimedPrompt } from '../datasets/index.ts'
import { LoadPool, type PoolOptions, packBodies, type RunLevel, type SharedBodies } from '../load/index.ts'
import { ResultStore, readEnvironment } from '../records/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import type { Secrets } from '../secrets/index.ts'
import { type Calibration, calibrate } from './calibration.ts'
import { type CostBudget, costBudget } from './costBudget.ts'
import { type Endpoint, openEndpoint, requestHeaders } from './endpoint.ts'
import { makeContact } from './firstContact.ts'
import type { RunHooks } from './hooks.ts'
import { onAbort } from './hooks.ts'
import { withPrice } from './prices.ts'
import { PromptUse } from './promptUse.ts'
import type { Protocol } from './protocol.ts'
import { withServedModel } from './protocol.ts'
import { secretsOfRun } from './redact.ts'
import { answersAsked, buildBodies, buildConversations, recordedFacts } from './requests.ts'
import { wired } from './route.ts'
import { metricsAddress } from './serverWatch.ts'
import { moreThreads, threadsFor, warmingRequests } from './threads.ts'

export interface RunInput extends Protocol {
  /** Levels that may come: they decide how many load threads there are, and how warm. */
  levels: readonly RunLevel[]
  prompts: readonly TimedPrompt[]
  /** Sent instead of prompts. */
  conversations?: readonly Conversation[] | undefined
  /** Bodies to build at most. */
  limit: number
  /** Environment of a command that was started for it, which may hold secrets. */
  env?: Readonly<Record<string, string>> | undefined
  /** Of several runs that send the same prompts. */
  promptUse?: PromptUse | undefined
}

/** Ready to send: the endpoint has answered, the load threads are warm. */
export interface OpenRun extends Pick<Built, 'bodies' | 'secrets' | 'turnCounts'> {
  /** As the endpoint takes it. */
  readonly config: ResolvedConfig
  readonly api: Api
  readonly endpoint: Endpoint
  readonly promptUse: PromptUse
  /** Absent: the run may cost anything. */
  readonly budget: CostBudget | undefined
  /** Undefined where nothing is stored. */
  readonly store: ResultStore | undefined
  readonly pool: LoadPool
  readonly calibration: Calibration | null
  /** Load threads that could still be added. */
  readonly freeCores: number
  /** Who hears of batches from now on. */
  listen(listener: (batch: SampleBatch) => void): void
  /** Goes on with more load threads, where there may be more. @returns how many there were and are; undefined: none more */
  addThreads(): Promise<{ before: number; now: number } | undefined>
  /** Closes threads, DB and endpoint. */
  close(): Promise<void>
}

/**
 * Opens all that a scenario sends with. An abort of the hooks' signals stops the load from now on.
 *
 * @throws ConfigError when something in the scenario is wrong
 * @throws EndpointError when a server cannot be started, or the endpoint does not answer the connection test
 */
export async function openRun(input: RunInput, hooks: RunHooks): Promise<OpenRun> {
  const { api, given, levels, prompts, conversations } = input
  const endpoint = await openEndpoint(input.config, api, hooks)
  let pool: LoadPool | undefined
  let store: ResultStore | undefined
  const close = async (): Promise<void> => {
    await Promise.all([pool?.close(), store?.close()])
    await endpoint.close()
  }
  try {
    for (const url of [input.config.metricsUrl ?? []].flat()) metricsAddress(url, endpoint.origin)
    // That of a server which was started for the run could not be asked for before.
    let config = withPrice(await withServedModel(input.config, api, endpoint, hooks))
    const headers = requestHeaders(config, api)
    const builtFor = (scenario: ResolvedConfig): Built => build({ ...input, config: scenario, endpoint, headers })
    let built = builtFor(config)
    const budget = costBudget({ config, bodies: built.bodies, conversations: built.conversations })
    const spare = Math.max(1, (hooks.cores ?? availableParallelism()) - 1)
    let workers = config.workers === 'auto' ? threadsFor(levels, spare) : config.workers
    const warming = warmingRequests(levels, config)
    let listener = (_batch: SampleBatch): void => {}
    const openPool = (): LoadPool => built.openPool({ workers, onBatch: (batch) => listener(batch) })
    let load = openPool()
    const reopen = async (): Promise<Calibration | null> => {
      await load.close()
      load = openPool()
      pool = load
      return calibrate(load, warming)
    }
    pool = load
    onAbort(hooks.signal, () => load.stop(config.gracefulStop * 1000))
    onAbort(hooks.killSignal, () => load.stop(0))
    // The threads start while the endpoint is asked; nothing is sent by them before both are done.
    let [calibration, taken] = await Promise.all([
      calibrate(load, warming),
      makeContact(prompts[0] ?? conversations![0]!.turns[0]!, {
        config,
        api,
        given,
        endpoint,
        headers,
        secrets: built.secrets,
        signal: hooks.signal,
        onNotice: hooks.onNotice,
      }),
      readEnvironment(),
    ])
    if (taken !== config) {
      // The threads hold bodies that the endpoint does not take.
      config = taken
      built = builtFor(config)
      calibration = await reopen()
    }
    store = built.openStore(() => load.stop(0))
    const { bodies, secrets, turnCounts } = built
    return {
      config,
      api,
      endpoint,
      bodies,
      secrets,
      turnCounts,
      promptUse: input.promptUse ?? new PromptUse(config, conversations?.length ?? prompts.length),
      budget,
      store,
      get pool() {
        return load
      },
      get calibration() {
        return calibration
      },
      get freeCores() {
        return Math.max(0, spare - workers)
      },
      listen(next) {
        listener = next
      },
      async addThreads() {
        const before = workers
        const more = moreThreads(before, { asked: config.workers, spare })
        if (more === undefined) return undefined
        workers = more
        calibration = await reopen()
        return { before, now: workers }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

interface Parts extends Omit<RunInput, 'given' | 'levels' | 'promptUse'> {
  endpoint: Endpoint
  /** Of each request, names and values in turn. */
  headers: readonly string[]
}

/** What is sent, built for one scenario. */
interface Built {
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
function build(parts: Parts): Built {
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
