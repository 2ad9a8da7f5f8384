/** Runs one level of load: warmup, measured phase, figures, verdict, files. */
import { performance } from 'node:perf_hooks'
import type { Api } from '../apis/index.ts'
import { currentDate, parseShard, type ResolvedConfig } from '../config/index.ts'
import type { MinSuccess, ParsedThreshold } from '../gates/index.ts'
import { Judging } from '../gates/index.ts'
import { type LoadPool, partOf, type RunLevel, type SharedBodies, WHOLE } from '../load/index.ts'
import { type Objective, RunMetrics } from '../metrics/index.ts'
import { environment, ownProcess, type ResultStore, reservePath, toResult, writeWholeFile } from '../records/index.ts'
import { renderJson } from '../report/index.ts'
import type { Result } from '../result/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import type { Secrets } from '../secrets/index.ts'
import type { Calibration } from './calibration.ts'
import { judgeClient } from './clientHealth.ts'
import { plannedTurns } from './conversations.ts'
import type { CostBudget } from './costBudget.ts'
import type { Endpoint } from './endpoint.ts'
import type { RunHooks } from './hooks.ts'
import { watchProgress } from './levelProgress.ts'
import { cutByLimit, limitReached, limitThreshold } from './limits.ts'
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
  /** Absent: the run may cost anything. */
  budget: CostBudget | undefined
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
  const part = config.loadShard === undefined ? WHOLE : parseShard(config.loadShard)
  const own = partOf(level, part)
  const ownRequests = Number.isFinite(own.number) ? requestsOf(context, own) : null
  const name = hooks.label ?? config.name ?? config.model ?? 'run'
  const startedAt = currentDate()
  const path =
    config.store === 'none'
      ? undefined
      : reservePath({
          outputsDir: config.outputsDir,
          model: config.model ?? 'model',
          label: hooks.label ?? config.name,
          level: isPart ? `shard_${part.index + 1}_of_${part.count}` : label,
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
      expectedRequests: ownRequests,
      name,
      endpoint: redactUrl(endpoint.url, config),
      process: ownProcess(),
    })
    const pipeline = new Pipeline(context, store)
    context.batches.listener = (batch) => pipeline.take(batch)
    if (config.preconnect) await pool.preconnect(level)
    if (warmup !== undefined && !hooks.signal?.aborted) {
      const watch = watchProgress(context, 'warmup', () => requestsOf(context, warmup), warmup.durationMs)
      await within(context, () => pool.run(warmup, true))
      await pipeline.settle()
      watch()
    }
    const watching = await watchServer(config, endpoint)
    const metrics = new RunMetrics(performance.now(), context.objectives)
    metrics.offered = offeredBy(own)
    watching?.follow(metrics, (view) => store?.setFact('server', context.secrets.hideIn(view)))
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
    const report = await within(context, () => pool.run(judging.level, false, startOf(context.startAtMs)))
    const shard = clock?.facts(report.startedAt)
    await pipeline.settle()
    watch()
    const server = await watching?.finish(metrics)
    store?.throwIfFailed()
    metrics.addTimes('connect', report.connectMs)

    const client = judgeClient({
      report,
      metrics,
      calibration: context.calibration,
      freeCores: context.freeCores,
    })
    const spent = context.budget?.reached
    const cut = spent === undefined ? cutByLimit(hooks) : { why: spent, remedy: 'raise maxCost, or ask for less' }
    const expected = Number.isFinite(level.number) ? requestsOf(context, level) : null
    const thresholds = [...judging.results(), ...limitThreshold(cut, metrics.total, expected)]
    const { promptCache, notes: cacheNotes } = await pipeline.promptCache()
    const unsent = report.threads.reduce((sum, thread) => sum + thread.unsent, 0)
    const interrupted = hooks.signal?.aborted === true || hooks.killSignal?.aborted === true
    const measured = toResult(metrics, {
      name,
      startedAt,
      endpoint: { url: redactUrl(endpoint.url, config), embedded: endpoint.embedded },
      interrupted,
      config: shown,
      level: own,
      expectedRequests: ownRequests,
      resultDbPath: path === undefined ? null : `${path}.db`,
      thresholds,
      client,
      environment: environment(),
      notes: notesOf(context, interrupted, judging.notes(thresholds)),
      answerNotes: [
        ...(await pipeline.usageNotes(hooks.onNotice)),
        ...cacheNotes,
        ...routeNotes(endpoint.route, endpoint.origin, report.connections),
        ...(unsent === 0
          ? []
          : [
              `${unsent} requests were due but not sent before the end, because ${own.parallel} were in flight already.`,
            ]),
      ],
      server,
      promptCache,
      speed: pipeline.speed,
      shard,
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
      aborted: judging.aborted || spent !== undefined || report.broken !== undefined,
      overloaded: result.verdict === 'invalid' && report.broken === undefined && client.socketsRefused === 0,
    }
  } finally {
    context.batches.listener = () => {}
  }
}

/** A phase within what the run may cost. */
function within<T>({ budget, pool }: LevelContext, phase: () => Promise<T>): Promise<T> {
  return budget === undefined ? phase() : budget.during(pool, phase)
}

/** Requests of a level; Infinity: until the time is over. */
function requestsOf({ turnCounts }: LevelContext, { number }: RunLevel['level']): number {
  return turnCounts === undefined ? number : plannedTurns(turnCounts, number)
}

/** What the requests do not show: how the run went, in full sentences. */
function notesOf({ config, hooks }: LevelContext, isInterrupted: boolean, judging: readonly string[]): string[] {
  const notes: string[] = []
  if (config.loadShard !== undefined)
    notes.push(
      `This is part ${config.loadShard} of a load: thresholds are judged when its parts are joined by "perfgate merge".`,
    )
  notes.push(...judging)
  if (isInterrupted && limitReached(hooks) === undefined)
    notes.push('The run was interrupted: the figures are those of the requests that had finished.')
  return notes
}
