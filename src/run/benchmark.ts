/** The pipeline behind every door: scenario, prompts, endpoint, load, figures, verdict, files. */
import { availableParallelism } from 'node:os'
import {
  type Config,
  ConfigError,
  givenOptions,
  parseStartAt,
  type ResolvedConfig,
  resolveConfig,
  usesEmbedded,
  wallClockMs,
} from '../config/index.ts'
import { sleep } from '../config/timers.ts'
import { hasFreshPrompts, type Prompt, readConversations, readPrompts } from '../datasets/index.ts'
import { gatesOf, worstVerdict } from '../gates/index.ts'
import { type LoadPool, levelsOf, prepareThread, withBudget } from '../load/index.ts'
import type { MetricsView } from '../metrics/index.ts'
import {
  againstBaseline,
  prepareStoreThread,
  type ResultStore,
  readEnvironment,
  requireWritable,
} from '../records/index.ts'
import type { CapacityResult, PercentileRow, Result, Summary, Verdict } from '../result/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import { onAbort } from './abort.ts'
import { calibrate } from './calibration.ts'
import { costBudget } from './costBudget.ts'
import { connectionsOf, requireDescriptors } from './descriptors.ts'
import { openEndpoint, requestHeaders } from './endpoint.ts'
import { withFirstBodies } from './firstBodies.ts'
import { makeContact } from './firstContact.ts'
import type { RunHooks } from './hooks.ts'
import { admitHost } from './hosts.ts'
import { type LevelOutcome, runLevel } from './levelRun.ts'
import { limitReached, withinLimits } from './limits.ts'
import { type OpenRun, openRun } from './openRun.ts'
import { inOrder, type LoadPlan } from './plan.ts'
import { withPrice } from './prices.ts'
import { withProgressFile } from './progressFile.ts'
import { withPromptSalt } from './promptSalt.ts'
import { PromptUse } from './promptUse.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import { keepingSecrets, redactConfig } from './redact.ts'
import { readRecording } from './replay.ts'
import { MAX_BODIES } from './requests.ts'
import { withServedModel } from './servedModel.ts'
import { metricsAddress } from './serverWatch.ts'
import { warmingRequests } from './warming.ts'
import { moreThreads, threadsFor } from './workers.ts'

/** What a run gives back: one result per level of a sweep, and the last one's main figures at hand. */
export interface Outcome {
  results: Result[]
  /** The figures behind each result, for further questions. */
  metrics: MetricsView[]
  /** The worst of all levels. */
  verdict: Verdict
  result: Result
  summary: Summary
  percentiles: PercentileRow[]
  resultDbPath: string | null
  jsonPaths: string[]
  /** What a search with `slaAutoTune` found; `results` are then those of its steps. */
  capacity?: CapacityResult
}

/**
 * Runs a scenario and judges it.
 *
 * Without `url` the embedded server is started for the run. Lists of `parallel` or `rate` run as a sweep.
 *
 * @throws ConfigError when an option is wrong; nothing was sent then
 * @throws EndpointError when the endpoint did not answer the connection test
 * @throws StoreError when results could not be written; the load is stopped first
 */
export async function runPerfBenchmark(
  input: Config | Record<string, unknown>,
  hooks: RunHooks = {},
): Promise<Outcome> {
  return keepingSecrets(input, hooks, async (kept) => {
    const protocol = await protocolOf(resolveConfig(input), givenOptions(input), kept)
    const scenario = { ...protocol, config: withPromptSalt(protocol.config, kept.onNotice) }
    return withinLimits(scenario.config, kept, (limited) =>
      withProgressFile(scenario.config, limited, (watched) => runScenario(scenario, watched)),
    )
  })
}

async function runScenario(scenario: Protocol, hooks: RunHooks): Promise<Outcome> {
  const { config } = scenario
  if (config.slaAutoTune) {
    // Loaded when wanted: it builds on this file.
    const { runCapacity } = await import('./capacity.ts')
    return runCapacity(scenario, hooks)
  }
  refuseIdleSearch(config)
  const recording = await readRecording(config, hooks.onNotice)
  const levels = levelsOf(recording === undefined ? config : { ...config, timestamps: recording.timestamps })
  // Recorded requests and conversations are sent as they are numbered.
  const placed =
    recording === undefined && !config.multiTurn ? withFirstBodies(levels, hasFreshPrompts(config)) : levels
  const plan = inOrder(againstBaseline(config, placed, hooks.onNotice))
  return runPlan({ ...scenario, prompts: recording?.prompts }, plan, hooks)
}

/**
 * Runs the levels a plan asks for, one after another, on one endpoint with one set of load threads.
 *
 * @param scenario with the prompts to send, where they are known already
 * @throws as `runPerfBenchmark` does
 */
export async function runPlan(
  { config: asked, api, reference, given, prompts: read }: Protocol & { prompts?: readonly Prompt[] | undefined },
  plan: LoadPlan,
  hooks: RunHooks,
): Promise<Outcome> {
  let config = asked
  const startAtMs = config.startAt === undefined ? undefined : parseStartAt(config.startAt, wallClockMs())
  if (config.debug) hooks.onNotice?.(`resolved options: ${JSON.stringify(redactConfig(config))}`)
  const { thresholds, objectives, minSuccess, notices } = gatesOf(config, plan.extent)
  for (const notice of [admitHost(config) ?? [], ...notices].flat()) hooks.onNotice?.(notice)
  const wanted = Math.max(...plan.extent.map(({ level }) => (level.firstBody ?? 0) + withBudget(level, config).number))
  if (config.store !== 'none') requireWritable(config.outputsDir)
  requireDescriptors({
    connections: Math.max(...plan.extent.flatMap(({ level, warmup }) => [level, warmup ?? level].map(connectionsOf))),
    embedded: usesEmbedded(config),
  })
  prepareThread()
  if (config.store !== 'none') prepareStoreThread()
  const environmentRead = readEnvironment()
  const limit = Math.min(wanted, MAX_BODIES)
  const conversations = config.multiTurn
    ? await readConversations(config, limit, hooks.onNotice, hooks.signal)
    : undefined
  const prompts =
    conversations === undefined ? (read ?? (await readPrompts(config, limit, hooks.onNotice, hooks.signal))) : []
  const endpoint = await openEndpoint(config, api, hooks)
  let pool: LoadPool | undefined
  let store: ResultStore | undefined
  try {
    for (const url of [config.metricsUrl ?? []].flat()) metricsAddress(url, endpoint.origin)
    // That of a server which was started for the run could not be asked for before.
    config = withPrice(await withServedModel(config, api, endpoint, hooks))
    const headers = requestHeaders(config, api)
    const open = (): OpenRun => openRun({ config, api, reference, endpoint, headers, prompts, conversations, limit })
    let run = open()
    const budget = costBudget({ config, bodies: run.bodies, conversations: run.conversations })
    const { secrets } = run
    const spare = Math.max(1, (hooks.cores ?? availableParallelism()) - 1)
    let workers = config.workers === 'auto' ? threadsFor(plan.extent, spare) : config.workers
    const warming = warmingRequests(plan.extent, config)
    const promptUse = new PromptUse(config, conversations?.length ?? prompts.length)
    const batches = { listener: (_batch: SampleBatch): void => {} }
    const openPool = (): LoadPool => run.openPool({ workers, onBatch: (batch) => batches.listener(batch) })
    let load = openPool()
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
        secrets,
        signal: hooks.signal,
        onNotice: hooks.onNotice,
      }),
      environmentRead,
    ])
    if (taken !== config) {
      // The threads hold bodies that the endpoint does not take.
      config = taken
      run = open()
      await load.close()
      load = openPool()
      pool = load
      calibration = await calibrate(load, warming)
    }
    store = run.openStore(() => load.stop(0))
    const outcomes: LevelOutcome[] = []
    for (let index = 0; ; index++) {
      const level = plan.next(outcomes)
      if (level === undefined) break
      if (index > 0 && !outcomes.at(-1)?.aborted) await sleep(config.sleepInterval * 1000, hooks.signal)
      // A limit that is reached between two levels ends the next one before it begins, so that it is seen to be missing.
      const wasLimited = limitReached(hooks) !== undefined && !outcomes.at(-1)?.result.interrupted
      if (index > 0 && ((hooks.signal?.aborted && !wasLimited) || outcomes.at(-1)?.aborted)) break
      const measure = (): Promise<LevelOutcome> =>
        runLevel(level, {
          config,
          api,
          endpoint,
          pool: load,
          store,
          batches,
          bodies: run.bodies,
          promptUse,
          budget,
          secrets,
          turnCounts: run.turnCounts,
          thresholds,
          objectives,
          minSuccess,
          hooks,
          index,
          count: Math.max(plan.count, index + 1),
          calibration,
          freeCores: Math.max(0, spare - workers),
          startAtMs,
        })
      let outcome = await measure()
      for (;;) {
        // The moment that the parts of a load share is gone.
        const overloaded = outcome.overloaded && config.loadShard === undefined && startAtMs === undefined
        const more = moreThreads(workers, { asked: config.workers, spare, overloaded })
        if (more === undefined || hooks.signal?.aborted) break
        hooks.onNotice?.(
          `the client was the bottleneck with ${count(workers, 'load thread')}: measured again with ${more}; the first figures are in ${outcome.jsonPath ?? 'no file'}`,
        )
        await load.close()
        workers = more
        load = openPool()
        pool = load
        calibration = await calibrate(load, warming)
        outcome = await measure()
      }
      outcomes.push(outcome)
    }
    return outcomeOf(outcomes)
  } finally {
    await Promise.all([pool?.close(), store?.close()])
    await endpoint.close()
  }
}

function outcomeOf(outcomes: LevelOutcome[]): Outcome {
  const results = outcomes.map(({ result }) => result)
  const result = results.at(-1)!
  return {
    results,
    metrics: outcomes.map(({ metrics }) => metrics),
    verdict: worstVerdict(results.map(({ verdict }) => verdict)),
    result,
    summary: result.summary,
    percentiles: result.percentiles,
    resultDbPath: result.summary.resultDbPath,
    jsonPaths: outcomes.flatMap(({ jsonPath }) => jsonPath ?? []),
  }
}

/** A criterion that nothing looks at would look like a gate. */
function refuseIdleSearch({ slaParams, slaGate }: ResolvedConfig): void {
  const name = slaParams !== undefined ? 'slaParams' : Object.keys(slaGate).length > 0 ? 'slaGate' : undefined
  if (name !== undefined)
    throw new ConfigError(`option "${name}": is about a search for capacity; add slaAutoTune, or leave it out`, name)
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
