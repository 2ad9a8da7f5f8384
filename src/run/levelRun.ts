/** Runs one level of load: warmup, measured phase, figures, verdict, files. */
import type { Api } from '../apis/index.ts'
import { parseShard, type ResolvedConfig, type Shard } from '../config/index.ts'
import { decideVerdict, type MinSuccess, type ParsedThreshold, requestCounts, storedIntervals } from '../gates/index.ts'
import { type LoadPool, type SharedBodies, shareOfShard, WHOLE } from '../load/index.ts'
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
import {
  type ClientHealth,
  type PromptCache,
  type Result,
  SCHEMA_VERSION,
  type ServerView,
  type ShardFacts,
  type ThresholdResult,
} from '../result/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import type { Secrets } from '../secrets/index.ts'
import { ownProcess, type ResultStore, reservePath, writeWholeFile } from '../store/index.ts'
import type { Calibration } from './calibration.ts'
import { isJudged, judgeClient } from './clientHealth.ts'
import { plannedTurns } from './conversations.ts'
import type { Endpoint } from './endpoint.ts'
import { environment } from './environment.ts'
import type { RunHooks } from './hooks.ts'
import { Judging } from './judging.ts'
import { watchProgress } from './levelProgress.ts'
import { levelConfig, type RunLevel } from './levels.ts'
import { limitReached, limitThreshold } from './limits.ts'
import { Pipeline } from './pipeline.ts'
import type { PromptUse } from './promptUse.ts'
import { recentRequests } from './recent.ts'
import { redactConfig, redactUrl } from './redact.ts'
import { routeNotes } from './route.ts'
import { watchServer } from './serverWatch.ts'
import { shardClock, startOf } from './shardClock.ts'
import { writeVisualizer } from './visualizer.ts'

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
  promptUse: PromptUse
  secrets: Secrets
  /** Turns of each conversation; undefined where single requests are sent. */
  turnCounts: readonly number[] | undefined
  thresholds: readonly ParsedThreshold[]
  objectives: readonly Objective[]
  minSuccess: MinSuccess | undefined
  hooks: RunHooks
  index: number
  count: number
  calibration: Calibration | null
  freeCores: number
  /** Start of the measured phase, Unix milliseconds; undefined: when all is ready. */
  startAtMs: number | undefined
}

export interface LevelOutcome {
  result: Result
  metrics: RunMetrics
  jsonPath: string | null
  /** A threshold with abortOnFail was broken, or a load thread: no further level is wanted. */
  aborted: boolean
  /** The load threads could not keep up; more of them might. */
  overloaded: boolean
}

/** @throws StoreError when the result DB could not be written; the load is stopped first */
export async function runLevel(
  { level, warmup, label, finish }: RunLevel,
  context: LevelContext,
): Promise<LevelOutcome> {
  const { config, endpoint, pool, hooks } = context
  const isPart = config.loadShard !== undefined
  const shard = config.loadShard === undefined ? WHOLE : parseShard(config.loadShard)
  const startedAt = new Date()
  const path =
    config.store === 'none'
      ? undefined
      : reservePath({
          outputsDir: config.outputsDir,
          model: config.model ?? 'model',
          label: hooks.label ?? config.name,
          level: isPart ? `shard_${shard.index + 1}_of_${shard.count}` : label,
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
      endpoint: redactUrl(endpoint.url, config),
      process: ownProcess(),
    })
    const pipeline = new Pipeline(context, store)
    context.batches.listener = (batch) => pipeline.take(batch)
    if (config.preconnect) await pool.preconnect(level)
    if (warmup !== undefined && !hooks.signal?.aborted) {
      const watch = watchProgress(context, 'warmup', () => requestsOf(context, warmup), warmup.durationMs)
      await pool.run(warmup, true)
      await pipeline.settle()
      watch()
    }
    const watching = await watchServer(config, endpoint)
    const metrics = new RunMetrics(performance.now(), context.objectives)
    const judging = new Judging({
      config,
      level,
      // A part is not the load that they are about.
      thresholds: isPart ? [] : context.thresholds,
      objectives: context.objectives,
      minSuccess: isPart ? undefined : context.minSuccess,
      metrics,
      startedAt: () => pool.startedAt,
      end: () => pool.end(),
      stop: () => pool.stop(config.gracefulStop * 1000),
    })
    const recent = hooks.onProgress === undefined ? undefined : recentRequests()
    pipeline.measure({
      add(batch) {
        metrics.add(batch)
        judging.take(batch)
        recent?.add(batch)
      },
    })
    const planned = (): number => requestsOf(context, metrics.total < level.number ? level : judging.level)
    const watch = watchProgress(context, 'measuring', planned, level.durationMs, recent)
    const clock = shardClock(config, context.startAtMs)
    if (clock !== undefined) store?.setFact('shard', clock.planned)
    const report = await pool.run(judging.level, false, startOf(context.startAtMs))
    const shardFacts = clock?.facts(report.startedAt)
    await pipeline.settle()
    watch()
    const server = await watching?.finish(metrics)
    store?.throwIfFailed()
    metrics.addTimes('connect', report.connectMs)

    const client = judgeClient({
      report,
      metrics,
      uncapped: level.parallel === Number.POSITIVE_INFINITY,
      smallestGatedMs: smallestGatedMs(isPart ? context.thresholds : judging.thresholds),
      calibration: context.calibration,
      freeCores: context.freeCores,
    })
    const expected = Number.isFinite(level.number) ? requestsOf(context, level) : null
    const thresholds = [...judging.results(), ...limitThreshold(hooks, metrics.total, expected)]
    const { promptCache, notes: cacheNotes } = await pipeline.promptCache()
    const measured = buildResult(context, {
      promptCache,
      shardFacts,
      pipeline,
      usageNotes: [
        ...(await pipeline.usageNotes(hooks.onNotice)),
        ...cacheNotes,
        ...routeNotes(endpoint.route, endpoint.origin, report.connections),
      ],
      level: partOf(level, shard),
      metrics,
      thresholds,
      judgingNotes: judging.notes(thresholds),
      client,
      startedAt,
      dbPath: path === undefined ? null : `${path}.db`,
      shown,
      server,
      unsent: report.threads.reduce((sum, thread) => sum + thread.unsent, 0),
    })
    // What servers said is in it, and a server may have sent a secret back.
    const result = context.secrets.hideIn(finish?.(measured) ?? measured)
    store?.setFact('result', result)
    // What no row has, and the figures of the whole need.
    if (isPart) store?.setFact('connectMs', report.connectMs)
    await store?.finish()
    if (path !== undefined) {
      writeWholeFile(`${path}.json`, renderJson(result))
      if (config.visualizer !== undefined) await writeVisualizer(config.visualizer, path, result, hooks)
    }
    return {
      result,
      metrics,
      jsonPath: path === undefined ? null : `${path}.json`,
      aborted: judging.aborted || report.broken !== undefined,
      overloaded: !client.valid && report.broken === undefined && client.socketsRefused === 0,
    }
  } finally {
    context.batches.listener = () => {}
  }
}

/** The level as this process sends it. */
function partOf(level: RunLevel['level'], shard: Shard): RunLevel['level'] {
  return { ...level, parallel: shareOfShard(level.parallel, shard), number: shareOfShard(level.number, shard) }
}

/** Requests of a level; Infinity: until the time is over. */
function requestsOf({ turnCounts }: LevelContext, { number }: RunLevel['level']): number {
  return turnCounts === undefined ? number : plannedTurns(turnCounts, number)
}

interface ResultParts {
  shardFacts: ShardFacts | undefined
  pipeline: Pipeline
  usageNotes: readonly string[]
  level: RunLevel['level']
  metrics: RunMetrics
  thresholds: ThresholdResult[]
  judgingNotes: string[]
  client: ClientHealth
  startedAt: Date
  dbPath: string | null
  shown: Record<string, unknown>
  server: ServerView | undefined
  promptCache: PromptCache | undefined
  unsent: number
}

function buildResult(
  context: LevelContext,
  {
    shardFacts,
    pipeline,
    usageNotes,
    level,
    metrics,
    thresholds,
    judgingNotes,
    client,
    startedAt,
    dbPath,
    shown,
    server,
    promptCache,
    unsent,
  }: ResultParts,
): Result {
  const { config, endpoint, hooks } = context
  const timeline = metrics.timeline.timeline()
  const interrupted = hooks.signal?.aborted === true || hooks.killSignal?.aborted === true
  const { estimatedTokens, reportedTokens } = metrics
  const notes: string[] = []
  if (endpoint.embedded)
    notes.push(
      `Measured against the embedded server at ${endpoint.url}, whose timing is a model: these figures say nothing about a real endpoint.`,
    )
  if (shardFacts !== undefined)
    notes.push(
      `This is part ${config.loadShard} of a load: thresholds are judged when its parts are joined by "perfgate merge".`,
    )
  notes.push(...judgingNotes)
  if (interrupted && limitReached(hooks) === undefined)
    notes.push('The run was interrupted: the figures are those of the requests that had finished.')
  if (estimatedTokens > 0)
    notes.push(
      `The server reported no usage for ${estimatedTokens} of ${metrics.succeeded} answers: their tokens were counted with ${config.tokenizerPath ?? 'gpt-tokenizer, an estimate for other models'}.`,
    )
  notes.push(...metrics.answerNotes, ...usageNotes)
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
    endpoint: { url: redactUrl(endpoint.url, config), embedded: endpoint.embedded },
    interrupted,
    config: shardFacts === undefined ? levelConfig(shown, level) : shown,
    summary: summarize(metrics, {
      concurrency: Number.isFinite(level.parallel) ? level.parallel : null,
      expectedRequests: Number.isFinite(level.number) ? requestsOf(context, level) : null,
      resultDbPath: dbPath,
    }),
    percentiles: percentileRows(metrics),
    distributions: distributions(metrics),
    rates: rates(metrics),
    timeline,
    workload: workload(metrics),
    conversations: metrics.conversations.figures(),
    ...(promptCache === undefined ? {} : { promptCache }),
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
    verdict: decideVerdict({
      judged: thresholds,
      requests: requestCounts(
        { totalRequests: metrics.total, succeededRequests: metrics.succeeded },
        errorCounts(metrics),
      ),
      clientJudged: isJudged(client, config),
      interrupted,
    }),
    client,
    environment: environment(),
    intervals: storedIntervals(metrics, timeline),
    notes,
    ...(pipeline.speed === undefined ? {} : { speed: pipeline.speed }),
    ...(shardFacts === undefined ? {} : { shard: shardFacts }),
  }
}

function smallestGatedMs(thresholds: readonly ParsedThreshold[]): number | undefined {
  const limits = thresholds.filter(({ unit }) => unit === 'ms').map(({ limit }) => limit)
  return limits.length === 0 ? undefined : Math.min(...limits)
}
