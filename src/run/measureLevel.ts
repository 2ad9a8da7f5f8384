/** Runs one level of load: warmup, measured phase, figures, verdict, files. */
import { performance } from 'node:perf_hooks'
import { currentDate, parseShard, type ResolvedConfig } from '../config/index.ts'
import { Judging, type MinSuccess, type ParsedThreshold } from '../gates/index.ts'
import { type Level, type PhaseReport, partOf, type RunLevel, WHOLE } from '../load/index.ts'
import { type Objective, RunMetrics } from '../metrics/index.ts'
import { environment, ownProcess, readResultDb, reservePath, toResult, writeWholeFile } from '../records/index.ts'
import { renderJson } from '../report/index.ts'
import type { Result } from '../result/index.ts'
import { judgeClient } from './clientHealth.ts'
import type { RunHooks } from './hooks.ts'
import { cutByLimit, limitReached, limitThreshold } from './limits.ts'
import type { OpenRun } from './openRun.ts'
import { Pipeline } from './pipeline.ts'
import { recentRequests, watchProgress } from './progress.ts'
import { redactConfig, redactUrl } from './redact.ts'
import { plannedTurns } from './requests.ts'
import { routeNotes } from './route.ts'
import { watchServer } from './serverWatch.ts'
import { shardClock, startOf } from './shardClock.ts'

/** What is judged of a level, and where it stands among the others. */
export interface LevelContext {
  run: OpenRun
  thresholds: readonly ParsedThreshold[]
  objectives: readonly Objective[]
  minSuccess: MinSuccess | undefined
  hooks: RunHooks
  index: number
  count: number
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
export async function measureLevel(
  { level, warmup, label, finish }: RunLevel,
  context: LevelContext,
): Promise<LevelOutcome> {
  const { run, hooks } = context
  const { config, endpoint, store, secrets, budget } = run
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
    const pipeline = new Pipeline(run)
    run.listen((batch) => pipeline.take(batch))
    if (config.preconnect) await run.pool.preconnect(level)
    if (warmup !== undefined && !hooks.signal?.aborted) {
      const watch = watchProgress(context, 'warmup', () => requestsOf(context, warmup), warmup.durationMs)
      await sendPhase(run, pipeline, warmup, { isWarmup: true })
      watch()
    }
    const watching = await watchServer(config, endpoint)
    const metrics = new RunMetrics(performance.now(), context.objectives)
    watching?.follow(metrics, (view) => store?.setFact('server', secrets.hideIn(view)))
    const judging = new Judging({
      config,
      level,
      // A part is not the load that they are about.
      thresholds: isPart ? [] : context.thresholds,
      objectives: context.objectives,
      minSuccess: isPart ? undefined : context.minSuccess,
      metrics,
      startedAt: () => run.pool.startedAt,
      end: () => run.pool.end(),
      stop: () => run.pool.stop(config.gracefulStop * 1000),
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
    const watch = watchProgress(context, 'measuring', planned, level.durationMs, { recent, metrics })
    const clock = shardClock(config, context.startAtMs)
    if (clock !== undefined) store?.setFact('shard', clock.planned)
    const report = await sendPhase(run, pipeline, judging.level, { at: startOf(context.startAtMs) })
    const shard = clock?.facts(report.startedAt)
    watch()
    const server = await watching?.finish(metrics)
    store?.throwIfFailed()
    metrics.addTimes('connect', report.connectMs)

    const client = judgeClient({
      report,
      metrics,
      uncapped: level.parallel === Number.POSITIVE_INFINITY,
      smallestGatedMs: smallestGatedMs(isPart ? context.thresholds : judging.thresholds),
      calibration: run.calibration,
      freeCores: run.freeCores,
    })
    const spent = budget?.reached
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
    const result = secrets.hideIn(finish?.(measured) ?? measured)
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
      overloaded: !client.valid && report.broken === undefined && client.socketsRefused === 0,
    }
  } finally {
    run.listen(() => {})
  }
}

/**
 * Sends one phase of a level, within what the run may cost, and waits until every batch is counted.
 * @param at `performance.now()` at which it begins; absent: at once
 */
export async function sendPhase(
  { pool, budget }: OpenRun,
  pipeline: Pipeline,
  level: Level,
  { isWarmup = false, at }: { isWarmup?: boolean; at?: number | undefined } = {},
): Promise<PhaseReport> {
  const phase = (): Promise<PhaseReport> => pool.run(level, isWarmup, at)
  const report = await (budget === undefined ? phase() : budget.during(pool, phase))
  await pipeline.settle()
  return report
}

/** Requests of a level; Infinity: until the time is over. */
function requestsOf({ run: { turnCounts } }: LevelContext, { number }: Level): number {
  return turnCounts === undefined ? number : plannedTurns(turnCounts, number)
}

/** What the requests do not show: how the run went, in full sentences. */
function notesOf(
  { run: { config }, hooks }: LevelContext,
  isInterrupted: boolean,
  judging: readonly string[],
): string[] {
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

function smallestGatedMs(thresholds: readonly ParsedThreshold[]): number | undefined {
  const limits = thresholds.filter(({ unit }) => unit === 'ms').map(({ limit }) => limit)
  return limits.length === 0 ? undefined : Math.min(...limits)
}

const NOTHING_ELSE = { base: [], comparisons: [], capacities: [] }

/** @param path of the result without its ending */
export async function writeVisualizer(
  name: NonNullable<ResolvedConfig['visualizer']>,
  path: string,
  result: Result,
  hooks: RunHooks,
): Promise<void> {
  // Loaded late: few runs want it.
  const { EXPORT_FORMATS, visualizerAdvice, writeExported } = await import('../report/export/index.ts')
  const format = EXPORT_FORMATS.find((one) => one.name === name)!
  const reader = readResultDb(`${path}.db`)
  try {
    const files = await format.write([{ result, requests: reader.requests }], NOTHING_ELSE)
    for (const file of files) writeExported(`${path}${file.ending}`, file)
  } finally {
    reader.close()
  }
  hooks.onNotice?.(visualizerAdvice(name, `${path}.${name}`))
}
