/** The pipeline behind every door: scenario, prompts, endpoint, load, figures, verdict, files. */
import { availableParallelism } from 'node:os'
import { findApi } from '../apis/index.ts'
import { type Config, type ResolvedConfig, resolveConfig } from '../config/index.ts'
import { readPrompts } from '../datasets/index.ts'
import { LoadPool, packBodies, prepareThread, type SharedBodies } from '../load/index.ts'
import type { MetricsView } from '../metrics/index.ts'
import type { PercentileRow, Result, Summary, Verdict } from '../result/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import { ResultStore } from '../store/index.ts'
import { withBudget } from './budget.ts'
import { testConnection } from './connectionTest.ts'
import { openEndpoint, requestHeaders } from './endpoint.ts'
import { gatesOf } from './gates.ts'
import type { RunHooks } from './hooks.ts'
import { type LevelOutcome, runLevel } from './levelRun.ts'
import { levelsOf, type RunLevel } from './levels.ts'
import { trackProgress } from './progressFile.ts'
import { redactConfig } from './redact.ts'
import { buildBodies, MAX_BODIES } from './requests.ts'

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
}

const BADNESS: readonly Verdict[] = ['pass', 'undecided', 'fail', 'invalid']
/** Streams, and starts per second, that one load thread carries with room to spare. */
const STREAMS_PER_THREAD = 1000
const STARTS_PER_THREAD = 3000
/** Waited for the answer of the connection test at most. */
const TEST_TIMEOUT_MS = 120_000

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
  given: RunHooks = {},
): Promise<Outcome> {
  const config = withEnvironment(resolveConfig(input))
  const hooks = config.enableProgressTracker ? trackProgress(config.outputsDir, given) : given
  if (config.debug) hooks.onNotice?.(`resolved options: ${JSON.stringify(redactConfig(config))}`)
  const levels = levelsOf(config)
  const { thresholds, objectives } = gatesOf(config, levels)
  const api = findApi(config.api)
  const wanted = Math.max(...levels.map(({ level }) => withBudget(level, config).number))
  prepareThread()
  const prompts = await readPrompts(config, Math.min(wanted, MAX_BODIES))
  const endpoint = await openEndpoint(config, api)
  let pool: LoadPool | undefined
  let store: ResultStore | undefined
  try {
    const bodyTexts = buildBodies(prompts, config, api, endpoint.path, Math.min(wanted, MAX_BODIES))
    const headers = requestHeaders(config)
    const bodies = packBodies(bodyTexts)
    const spare = Math.max(1, availableParallelism() - 1)
    const workers = config.workers === 'auto' ? threadsFor(levels, spare) : config.workers
    const batches = { listener: (_batch: SampleBatch): void => {} }
    const load = new LoadPool({
      api: api.name,
      origin: endpoint.origin,
      path: endpoint.path,
      headers,
      stream: config.stream,
      connectTimeoutMs: config.connectTimeout * 1000,
      readTimeoutMs: config.readTimeout * 1000,
      totalTimeoutMs: config.totalTimeout * 1000,
      bodies,
      workers,
      onBatch: (batch) => batches.listener(batch),
    })
    pool = load
    store = config.store === 'none' ? undefined : openStore(config, bodies, load)
    onAbort(hooks.signal, () => load.stop(config.gracefulStop * 1000))
    onAbort(hooks.killSignal, () => load.stop(0))
    // The threads start while the endpoint is asked; nothing is sent by them before both are done.
    const [overheadMs] = await Promise.all([
      load.calibrate(),
      config.noTestConnection
        ? undefined
        : testConnection({
            url: endpoint.url,
            headers,
            body: bodyTexts[0]!,
            timeoutMs: Math.min(config.totalTimeout * 1000, TEST_TIMEOUT_MS),
          }),
    ])
    const outcomes: LevelOutcome[] = []
    for (const [index, level] of levels.entries()) {
      if (index > 0 && !outcomes.at(-1)?.aborted) await pause(config.sleepInterval * 1000, hooks.signal)
      if (index > 0 && (hooks.signal?.aborted || outcomes.at(-1)?.aborted)) break
      outcomes.push(
        await runLevel(level, {
          config,
          endpoint,
          pool: load,
          store,
          batches,
          bodies,
          thresholds,
          objectives,
          hooks,
          index,
          count: levels.length,
          harnessOverheadMs: overheadMs,
          freeCores: Math.max(0, spare - workers),
        }),
      )
    }
    return outcomeOf(outcomes)
  } finally {
    await Promise.all([pool?.close(), store?.close()])
    await endpoint.close()
  }
}

/** The thread that writes; when it can no longer do so, the load stops. */
function openStore(config: ResolvedConfig, bodies: SharedBodies, load: LoadPool): ResultStore {
  return new ResultStore(
    {
      bodies,
      isStream: config.stream,
      keepTexts: config.store === 'full',
      commitInterval: config.dbCommitInterval,
      wallOriginMs: performance.timeOrigin,
    },
    () => load.stop(0),
  )
}

function outcomeOf(outcomes: LevelOutcome[]): Outcome {
  const results = outcomes.map(({ result }) => result)
  const result = results.at(-1)!
  return {
    results,
    metrics: outcomes.map(({ metrics }) => metrics),
    verdict: BADNESS[Math.max(...results.map(({ verdict }) => BADNESS.indexOf(verdict)))]!,
    result,
    summary: result.summary,
    percentiles: result.percentiles,
    resultDbPath: result.summary.resultDbPath,
    jsonPaths: outcomes.flatMap(({ jsonPath }) => jsonPath ?? []),
  }
}

/** What the environment supplies where the scenario does not. */
function withEnvironment(config: ResolvedConfig): ResolvedConfig {
  const model = config.model ?? (config.url === undefined ? 'embedded' : 'default')
  // The embedded server needs no key: a real one is not sent where it is of no use.
  const apiKey =
    config.apiKey ??
    (config.url === undefined ? undefined : (process.env['PERFGATE_API_KEY'] ?? process.env['OPENAI_API_KEY']))
  return apiKey === undefined || apiKey === '' ? { ...config, model } : { ...config, model, apiKey }
}

function threadsFor(levels: RunLevel[], spare: number): number {
  const needed = levels.map(({ level }) => {
    const streams = Number.isFinite(level.parallel)
      ? Math.max(
          level.parallel,
          ...level.stages.map((stage) => (level.executor === 'ramping-concurrency' ? stage.target : 0)),
        )
      : 0
    return Math.ceil(Math.max(streams / STREAMS_PER_THREAD, level.rate / STARTS_PER_THREAD))
  })
  return Math.min(spare, Math.max(1, ...needed))
}

function onAbort(signal: AbortSignal | undefined, action: () => void): void {
  if (signal?.aborted) action()
  else signal?.addEventListener('abort', action, { once: true })
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    onAbort(signal, () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
