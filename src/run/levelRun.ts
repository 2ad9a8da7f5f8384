/** Runs one level of load: warmup, measured phase, figures, verdict, files. */
import { writeFileSync } from 'node:fs'
import type { Api } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { showsSpeed } from '../datasets/index.ts'
import { evaluateThresholds, overallVerdict, type ParsedThreshold } from '../gates/index.ts'
import { Bodies, type LoadPool, type SharedBodies } from '../load/index.ts'
import {
  distributions,
  errorCounts,
  type Objective,
  percentileRows,
  RunMetrics,
  rates,
  summarize,
  workload,
} from '../metrics/index.ts'
import { renderJson } from '../report/index.ts'
import { type ClientHealth, type Result, SCHEMA_VERSION, type ServerView } from '../result/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import { type ResultStore, reservePath } from '../store/index.ts'
import { loadTokenizer, type TokenCounter } from '../tokens/index.ts'
import { judgeClient } from './clientHealth.ts'
import { plannedTurns } from './conversations.ts'
import type { Endpoint } from './endpoint.ts'
import { environment } from './environment.ts'
import type { RunHooks, RunProgress } from './hooks.ts'
import { countItems } from './itemCounts.ts'
import type { RunLevel } from './levels.ts'
import { redactConfig } from './redact.ts'
import { watchServer } from './serverWatch.ts'
import { type SpeedRecorder, speedRecorder } from './speed.ts'
import { estimateTokens, lacksTokens } from './tokenEstimates.ts'
import { type UsageCheck, usageCheck } from './usageCheck.ts'

const PROGRESS_MS = 100

export interface LevelContext {
  config: ResolvedConfig
  api: Api
  endpoint: Endpoint
  /** The store and the pool hear about batches of this level only. */
  pool: LoadPool
  /** Undefined where nothing is stored. */
  store: ResultStore | undefined
  batches: { listener: (batch: SampleBatch) => void }
  bodies: SharedBodies
  /** Turns of each conversation; undefined where single requests are sent. */
  turnCounts: readonly number[] | undefined
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
      const watch = watchProgress(context, 'warmup', requestsOf(context, warmup), warmup.durationMs)
      await pool.run(warmup, true)
      await pipeline.settle()
      watch()
    }
    const watching = await watchServer(config, endpoint)
    const metrics = new RunMetrics(performance.now(), context.objectives)
    pipeline.metrics = metrics
    const watch = watchProgress(context, 'measuring', requestsOf(context, level), level.durationMs)
    const report = await pool.run(level, false)
    await pipeline.settle()
    watch()
    const server = await watching?.finish(metrics)
    store?.throwIfFailed()
    metrics.addTimes('connect', report.connectMs)

    const client = judgeClient({
      report,
      metrics,
      uncapped: level.parallel === Number.POSITIVE_INFINITY,
      smallestGatedMs: smallestGatedMs(context.thresholds),
      harnessOverheadMs: context.harnessOverheadMs,
      freeCores: context.freeCores,
    })
    const result = buildResult(context, {
      pipeline,
      usageNotes: await pipeline.usageNotes(),
      level,
      metrics,
      client,
      startedAt,
      dbPath: path === undefined ? null : `${path}.db`,
      shown,
      server,
      unsent: report.threads.reduce((sum, thread) => sum + thread.unsent, 0),
    })
    store?.setFact('result', result)
    await store?.finish()
    if (path !== undefined) writeFileSync(`${path}.json`, renderJson(result))
    return { result, metrics, jsonPath: path === undefined ? null : `${path}.json` }
  } finally {
    context.batches.listener = () => {}
  }
}

/** The way of a batch: token counts, figures, disk; in order, although counting may have to wait for its tables. */
export class Pipeline {
  metrics: Pick<RunMetrics, 'add'> | undefined
  readonly #bodies: Bodies
  readonly #store: ResultStore | undefined
  readonly #config: ResolvedConfig
  readonly #api: Api
  readonly #usage: UsageCheck | undefined
  readonly #speed: SpeedRecorder | undefined
  readonly #inputCounts = new Map<number, number>()
  readonly #itemCounts = new Map<number, number>()
  #counter: TokenCounter | undefined
  #queue: Promise<void> | undefined

  constructor(
    { api, bodies, config }: Pick<LevelContext, 'api' | 'bodies' | 'config'>,
    store: ResultStore | undefined,
  ) {
    this.#api = api
    this.#bodies = new Bodies(bodies)
    this.#store = store
    this.#config = config
    this.#usage = config.tokenizerPath === undefined ? undefined : usageCheck(this.#bodies, api)
    this.#speed = showsSpeed(config) ? speedRecorder() : undefined
  }

  /** Undefined unless the dataset is about speed. */
  get speed(): Result['speed'] {
    return this.#speed?.rows()
  }

  /** Where the server's token counts are not those of the tokenizer named. */
  async usageNotes(): Promise<string[]> {
    if (this.#usage === undefined) return []
    this.#counter ??= await loadTokenizer(this.#config)
    return this.#usage.notes(this.#counter)
  }

  take(batch: SampleBatch): void {
    if (this.#queue === undefined && (this.#counter !== undefined || !lacksTokens(batch, this.#api)))
      this.#process(batch)
    else this.#queue = (this.#queue ?? Promise.resolve()).then(() => this.#count(batch))
  }

  async settle(): Promise<void> {
    await this.#queue
    this.#queue = undefined
  }

  async #count(batch: SampleBatch): Promise<void> {
    this.#counter ??= await loadTokenizer(this.#config)
    this.#process(batch)
  }

  #process(batch: SampleBatch): void {
    if (this.#counter !== undefined) estimateTokens(batch, this.#bodies, this.#api, this.#counter, this.#inputCounts)
    countItems(batch, this.#bodies, this.#api, this.#itemCounts)
    this.metrics?.add(batch)
    if (this.metrics !== undefined) {
      this.#usage?.add(batch)
      this.#speed?.add(batch)
    }
    this.#store?.write(batch)
  }
}

/** Requests of a level; Infinity: until the time is over. */
function requestsOf({ turnCounts }: LevelContext, { number }: RunLevel['level']): number {
  return turnCounts === undefined ? number : plannedTurns(turnCounts, number)
}

function watchProgress(
  context: LevelContext,
  phase: RunProgress['phase'],
  total: number,
  durationMs: number,
): () => void {
  const { hooks, pool } = context
  if (hooks.onProgress === undefined) return () => {}
  const beganAt = performance.now()
  const tell = (): void => {
    const { finished, failed, inFlight } = pool.progress
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
    })
  }
  const timer = setInterval(tell, PROGRESS_MS)
  return () => {
    clearInterval(timer)
    tell()
  }
}

interface ResultParts {
  pipeline: Pipeline
  usageNotes: readonly string[]
  level: RunLevel['level']
  metrics: RunMetrics
  client: ClientHealth
  startedAt: Date
  dbPath: string | null
  shown: Record<string, unknown>
  server: ServerView | undefined
  unsent: number
}

function buildResult(
  context: LevelContext,
  { pipeline, usageNotes, level, metrics, client, startedAt, dbPath, shown, server, unsent }: ResultParts,
): Result {
  const { config, endpoint, hooks } = context
  const thresholds = evaluateThresholds(context.thresholds, metrics)
  const interrupted = hooks.signal?.aborted === true || hooks.killSignal?.aborted === true
  const { estimatedTokens, reportedTokens } = metrics
  const notes: string[] = []
  if (endpoint.embedded)
    notes.push(
      `Measured against the embedded server at ${endpoint.url}, whose timing is a model: these figures say nothing about a real endpoint.`,
    )
  if (interrupted) notes.push('The run was interrupted: the figures are those of the requests that had finished.')
  if (estimatedTokens > 0)
    notes.push(
      `The server reported no usage for ${estimatedTokens} of ${metrics.succeeded} answers: their tokens were counted with ${config.tokenizerPath ?? 'gpt-tokenizer, an estimate for other models'}.`,
    )
  notes.push(...usageNotes)
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
      expectedRequests: Number.isFinite(level.number) ? requestsOf(context, level) : null,
      resultDbPath: dbPath,
    }),
    percentiles: percentileRows(metrics),
    distributions: distributions(metrics),
    rates: rates(metrics),
    timeline: metrics.timeline.timeline(),
    workload: workload(metrics),
    conversations: metrics.conversations.figures(),
    server,
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
    ...(pipeline.speed === undefined ? {} : { speed: pipeline.speed }),
  }
}

function smallestGatedMs(thresholds: readonly ParsedThreshold[]): number | undefined {
  const limits = thresholds.filter(({ unit }) => unit === 'ms').map(({ limit }) => limit)
  return limits.length === 0 ? undefined : Math.min(...limits)
}
