/** Runs one level of load: warmup, measured phase, figures, verdict, files. */
import { writeFileSync } from 'node:fs'
import type { ResolvedConfig } from '../config/index.ts'
import { overallVerdict, type ParsedThreshold } from '../gates/index.ts'
import { Bodies, type LoadPool, type SharedBodies } from '../load/index.ts'
import {
  distributions,
  errorCounts,
  type Objective,
  percentileRows,
  RunMetrics,
  rates,
  summarize,
} from '../metrics/index.ts'
import { renderJson } from '../report/index.ts'
import { type ClientHealth, type Result, SCHEMA_VERSION, type ThresholdResult } from '../result/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import { type ResultStore, reservePath } from '../store/index.ts'
import { loadTokenCounter, type TokenCounter } from '../tokens/index.ts'
import { judgeClient } from './clientHealth.ts'
import type { Endpoint } from './endpoint.ts'
import { environment } from './environment.ts'
import type { RunHooks, RunProgress } from './hooks.ts'
import { Judging } from './judging.ts'
import type { RunLevel } from './levels.ts'
import { type RecentRequests, recentRequests } from './recent.ts'
import { redactConfig } from './redact.ts'
import { estimateTokens, lacksTokens } from './tokenEstimates.ts'
import { writeVisualizer } from './visualizer.ts'

const PROGRESS_MS = 100

export interface LevelContext {
  config: ResolvedConfig
  endpoint: Endpoint
  /** The store and the pool hear about batches of this level only. */
  pool: LoadPool
  /** Undefined where nothing is stored. */
  store: ResultStore | undefined
  batches: { listener: (batch: SampleBatch) => void }
  bodies: SharedBodies
  thresholds: readonly ParsedThreshold[]
  objectives: readonly Objective[]
  hooks: RunHooks
  index: number
  count: number
  harnessOverheadMs: number | null
  freeCores: number
}

export interface LevelOutcome {
  result: Result
  metrics: RunMetrics
  jsonPath: string | null
  /** A threshold with abortOnFail was broken: no further level is wanted. */
  aborted: boolean
}

/** @throws StoreError when the result DB could not be written; the load is stopped first */
export async function runLevel({ level, warmup, label }: RunLevel, context: LevelContext): Promise<LevelOutcome> {
  const { config, endpoint, pool, hooks } = context
  const startedAt = new Date()
  const path =
    config.store === 'none'
      ? undefined
      : reservePath({
          outputsDir: config.outputsDir,
          model: config.model ?? 'model',
          label: hooks.label ?? config.name,
          level: label,
          startedAt: config.noTimestamp ? undefined : startedAt,
        })
  const { store } = context
  const shown = redactConfig(config)
  try {
    await store?.open(`${path}.db`, {
      config: shown,
      environment: environment(),
      startedAt: startedAt.toISOString(),
      level,
      endpoint: endpoint.url,
    })
    const pipeline = new Pipeline(context, store)
    context.batches.listener = (batch) => pipeline.take(batch)
    if (config.preconnect) await pool.preconnect(level)
    if (warmup !== undefined && !hooks.signal?.aborted) {
      const watch = watchProgress(context, 'warmup', () => warmup.number, warmup.durationMs)
      await pool.run(warmup, true)
      await pipeline.settle()
      watch()
    }
    const metrics = new RunMetrics(performance.now(), context.objectives)
    const judging = new Judging({
      config,
      level,
      thresholds: context.thresholds,
      objectives: context.objectives,
      metrics,
      startedAt: () => pool.startedAt,
      end: () => pool.end(),
      stop: () => pool.stop(config.gracefulStop * 1000),
    })
    const recent = hooks.onProgress === undefined ? undefined : recentRequests()
    pipeline.measure(metrics, judging, recent)
    const planned = (): number => (metrics.total < level.number ? level.number : judging.level.number)
    const watch = watchProgress(context, 'measuring', planned, level.durationMs, recent)
    const report = await pool.run(judging.level, false)
    await pipeline.settle()
    watch()
    store?.throwIfFailed()
    metrics.addTimes('connect', report.connectMs)

    const client = judgeClient({
      report,
      metrics,
      uncapped: level.parallel === Number.POSITIVE_INFINITY,
      smallestGatedMs: smallestGatedMs(judging.thresholds),
      harnessOverheadMs: context.harnessOverheadMs,
      freeCores: context.freeCores,
    })
    const thresholds = judging.results()
    const result = buildResult(context, {
      level,
      metrics,
      thresholds,
      judgingNotes: judging.notes(thresholds),
      client,
      startedAt,
      dbPath: path === undefined ? null : `${path}.db`,
      shown,
      unsent: report.threads.reduce((sum, thread) => sum + thread.unsent, 0),
    })
    store?.setFact('result', result)
    await store?.finish()
    if (path !== undefined) {
      writeFileSync(`${path}.json`, renderJson(result))
      if (config.visualizer !== undefined) await writeVisualizer(config.visualizer, path, result, hooks)
    }
    return { result, metrics, jsonPath: path === undefined ? null : `${path}.json`, aborted: judging.aborted }
  } finally {
    context.batches.listener = () => {}
  }
}

/** The way of a batch: token counts, figures, disk; in order, although counting may have to wait for its tables. */
class Pipeline {
  #metrics: RunMetrics | undefined
  #judging: Judging | undefined
  #recent: RecentRequests | undefined
  readonly #bodies: Bodies
  readonly #store: ResultStore | undefined
  readonly #model: string
  readonly #inputCounts = new Map<number, number>()
  #counter: TokenCounter | undefined
  #queue: Promise<void> | undefined

  constructor({ bodies, config }: LevelContext, store: ResultStore | undefined) {
    this.#bodies = new Bodies(bodies)
    this.#store = store
    this.#model = config.model ?? ''
  }

  /** From now on, batches count. */
  measure(metrics: RunMetrics, judging: Judging, recent: RecentRequests | undefined): void {
    this.#metrics = metrics
    this.#judging = judging
    this.#recent = recent
  }

  take(batch: SampleBatch): void {
    if (this.#queue === undefined && (this.#counter !== undefined || !lacksTokens(batch))) this.#process(batch)
    else this.#queue = (this.#queue ?? Promise.resolve()).then(() => this.#count(batch))
  }

  async settle(): Promise<void> {
    await this.#queue
    this.#queue = undefined
  }

  async #count(batch: SampleBatch): Promise<void> {
    this.#counter ??= await loadTokenCounter(this.#model)
    this.#process(batch)
  }

  #process(batch: SampleBatch): void {
    if (this.#counter !== undefined) estimateTokens(batch, this.#bodies, this.#counter, this.#inputCounts)
    this.#metrics?.add(batch)
    this.#judging?.take(batch)
    this.#recent?.add(batch)
    this.#store?.write(batch)
  }
}

function watchProgress(
  context: LevelContext,
  phase: RunProgress['phase'],
  planned: () => number,
  durationMs: number,
  recent?: RecentRequests,
): () => void {
  const { hooks, pool } = context
  if (hooks.onProgress === undefined) return () => {}
  const beganAt = performance.now()
  const tell = (): void => {
    const { finished, failed, inFlight } = pool.progress
    const total = planned()
    const elapsedSeconds = (performance.now() - beganAt) / 1000
    hooks.onProgress?.({
      phase,
      level: context.index,
      levels: context.count,
      done: finished,
      failed,
      inFlight,
      total: Number.isFinite(total) ? total : null,
      elapsedSeconds,
      durationSeconds: Number.isFinite(durationMs) ? durationMs / 1000 : null,
      qps: elapsedSeconds > 0 ? finished / elapsedSeconds : 0,
      ...(recent === undefined ? {} : { recent: recent.figures(performance.now()) }),
    })
  }
  const timer = setInterval(tell, PROGRESS_MS)
  return () => {
    clearInterval(timer)
    tell()
  }
}

interface ResultParts {
  level: RunLevel['level']
  metrics: RunMetrics
  thresholds: ThresholdResult[]
  judgingNotes: string[]
  client: ClientHealth
  startedAt: Date
  dbPath: string | null
  shown: Record<string, unknown>
  unsent: number
}

function buildResult(
  context: LevelContext,
  { level, metrics, thresholds, judgingNotes, client, startedAt, dbPath, shown, unsent }: ResultParts,
): Result {
  const { config, endpoint, hooks } = context
  const interrupted = hooks.signal?.aborted === true || hooks.killSignal?.aborted === true
  const { estimatedTokens, reportedTokens } = metrics
  const notes: string[] = []
  if (endpoint.embedded)
    notes.push(
      `Measured against the embedded server at ${endpoint.url}, whose timing is a model: these figures say nothing about a real endpoint.`,
    )
  notes.push(...judgingNotes)
  if (interrupted) notes.push('The run was interrupted: the figures are those of the requests that had finished.')
  if (estimatedTokens > 0)
    notes.push(
      `The server reported no usage for ${estimatedTokens} of ${metrics.succeeded} answers: their tokens were counted with gpt-tokenizer, an estimate for other models.`,
    )
  if (unsent > 0)
    notes.push(
      `${unsent} requests were due but not sent before the end, because ${level.parallel} were in flight already.`,
    )
  if (metrics.distribution('latency')?.exact === false || metrics.distribution('itl')?.exact === false)
    notes.push('Distributions of more than 100,000 samples come from histograms of three significant digits.')
  return {
    schemaVersion: SCHEMA_VERSION,
    name: hooks.label ?? config.name ?? config.model ?? 'run',
    startedAt: startedAt.toISOString(),
    endpoint: { url: endpoint.url, embedded: endpoint.embedded },
    interrupted,
    config: {
      ...shown,
      parallel: Number.isFinite(level.parallel) ? level.parallel : config.parallel,
      rate: level.rate,
      executor: level.executor,
      number: Number.isFinite(level.number) ? level.number : undefined,
    },
    summary: summarize(metrics, {
      concurrency: Number.isFinite(level.parallel) ? level.parallel : null,
      expectedRequests: Number.isFinite(level.number) ? level.number : null,
      resultDbPath: dbPath,
    }),
    percentiles: percentileRows(metrics),
    distributions: distributions(metrics),
    rates: rates(metrics),
    timeline: metrics.timeline.timeline(),
    errors: errorCounts(metrics),
    failures: metrics.failures,
    tokens: {
      source:
        metrics.succeeded === 0
          ? 'none'
          : estimatedTokens === 0
            ? 'usage'
            : reportedTokens === 0
              ? 'estimated'
              : 'mixed',
    },
    thresholds,
    verdict: overallVerdict(thresholds, client.valid || config.onInvalid === 'warn'),
    client,
    environment: environment(),
    notes,
  }
}

function smallestGatedMs(thresholds: readonly ParsedThreshold[]): number | undefined {
  const limits = thresholds.filter(({ unit }) => unit === 'ms').map(({ limit }) => limit)
  return limits.length === 0 ? undefined : Math.min(...limits)
}
