/** Judges a level while it runs and at its end: goes on while the verdict is open, stops when a gate says so. */

import { performance } from 'node:perf_hooks'
import type { ResolvedConfig, Stage } from '../config/index.ts'
import type { Level } from '../load/index.ts'
import { withBudget } from '../load/index.ts'
import { type Objective, RunMetrics } from '../metrics/index.ts'
import type { ThresholdResult } from '../result/index.ts'
import { C, ROW, type SampleBatch } from '../samples/index.ts'
import { LOOK_GROWTH, lookConfidence, looksUpTo } from '../stats/index.ts'
import { type EvaluateOptions, evaluateThresholds } from './evaluate.ts'
import type { ParsedThreshold } from './gate.ts'
import { formatCount } from './quantity.ts'
import { judgeMinSuccess, type MinSuccess } from './verdict.ts'

/** Without confidence, thresholds with abortOnFail are judged so often, if that takes little of the time. */
const LIVE_MS = 250
const LIVE_SHARE = 0.05
/** With confidence, not before so many requests: fewer never settle anything, and a look costs its share of the error. */
const FIRST_LOOK = 20

export interface JudgingOptions {
  config: ResolvedConfig
  /** As planned, without its budget. */
  level: Level
  /** Of all levels; those about another one are left out. */
  thresholds: readonly ParsedThreshold[]
  objectives: readonly Objective[]
  /** Judged at the end beside the thresholds. */
  minSuccess?: MinSuccess | undefined
  metrics: RunMetrics
  /** `performance.now()` at the start of the measured phase. */
  startedAt: () => number
  /** Starts no more requests; those in flight finish. */
  end: () => void
  /** The same, for the whole run. */
  stop: () => void
}

export class Judging {
  readonly thresholds: readonly ParsedThreshold[]
  readonly #options: JudgingOptions
  /** What the load threads may send at most. */
  readonly level: Level
  readonly #extends: boolean
  readonly #byStage: boolean
  readonly #aborting: readonly ParsedThreshold[]
  readonly #broken = new Map<ParsedThreshold, ThresholdResult>()
  readonly #looksOf: number
  #stages: StageMetrics | undefined
  #looks = 0
  /** The latest look's verdict is the one at the end, too. */
  #lookIsLast = false
  #planDone = false
  /** A look at the end of the plan, or later, left the verdict open. */
  #wentOn = false
  #nextLookAt = FIRST_LOOK
  #nextLiveAt = 0
  #over = false

  constructor(options: JudgingOptions) {
    const { config, level } = options
    this.#options = options
    this.thresholds = options.thresholds.filter(
      ({ scope }) => scope === undefined || scope.by === 'stage' || level[scope.by] === scope.value,
    )
    this.level = withBudget(level, config)
    this.#extends = this.level !== level && this.thresholds.length > 0
    this.#byStage = this.thresholds.some(({ scope }) => scope?.by === 'stage')
    this.#aborting = this.thresholds.filter(({ abortAfterMs }) => abortAfterMs !== undefined)
    const bounded = this.#aborting.length === 0 && Number.isFinite(level.number)
    if (this.#aborting.length > 0) this.#looksOf = Number.POSITIVE_INFINITY
    else if (!this.#extends) this.#looksOf = 1
    else this.#looksOf = bounded ? looksUpTo(level.number, this.level.number) : Number.POSITIVE_INFINITY
  }

  /** A gate with abortOnFail was broken: the rest of the run is not wanted. */
  get aborted(): boolean {
    return this.#broken.size > 0
  }

  /** Takes a batch that the level's own figures have taken already, and looks at them when that is due. */
  take(batch: SampleBatch): void {
    if (this.#byStage) this.#stageMetrics().add(batch)
    if (this.#over || (!this.#extends && this.#aborting.length === 0)) return
    const elapsedMs = performance.now() - this.#options.startedAt()
    if (this.#options.config.confidence === undefined) this.#lookLive(elapsedMs)
    else this.#lookWhenDue(elapsedMs)
  }

  /** The verdicts, once every request has ended. */
  results(): ThresholdResult[] {
    this.#over = true
    const number = this.#lookIsLast ? this.#looks : this.#looks + 1
    const { minSuccess, metrics } = this.#options
    const judged = this.thresholds.map(
      (threshold) => this.#broken.get(threshold) ?? this.#evaluate(threshold, { number, of: this.#looksOf }),
    )
    if (minSuccess === undefined) return judged
    const counts = { total: metrics.total, succeeded: metrics.succeeded, cancelled: metrics.errors('cancelled') }
    return [...judged, judgeMinSuccess(minSuccess, counts)]
  }

  /** What a reader must know of it, in full sentences. */
  notes(results: readonly ThresholdResult[]): string[] {
    const { level, metrics, config } = this.#options
    const stopped = results.find(({ stoppedAfterSeconds }) => stoppedAfterSeconds !== undefined)
    const notes: string[] = []
    if (stopped !== undefined)
      notes.push(
        `The load was stopped after ${stopped.stoppedAfterSeconds!.toFixed(1)} s, because of abortOnFail: the figures are those of the requests sent until then.`,
      )
    if (this.#wentOn)
      notes.push(
        `The thresholds were not decided after ${Number.isFinite(level.number) ? `${formatCount(level.number)} requests` : `${level.durationMs / 1000} s`}, so ${formatCount(metrics.total)} were sent in all.`,
      )
    const usedUp =
      metrics.total >= this.level.number || performance.now() - this.#options.startedAt() >= this.level.durationMs
    if (this.#extends && usedUp && results.some(({ verdict }) => verdict === 'undecided'))
      notes.push(`The budget of ${budgetText(config)} was used up before every threshold was decided.`)
    return notes
  }

  /** The figures alone, as k6 judges them. */
  #lookLive(elapsedMs: number): void {
    if (elapsedMs < this.#nextLiveAt) return
    const began = performance.now()
    this.#lookForBroken(elapsedMs)
    this.#nextLiveAt = elapsedMs + Math.max(LIVE_MS, (performance.now() - began) / LIVE_SHARE)
  }

  /** At the end of the plan, and whenever there are so many samples more that a look is worth its share of the error. */
  #lookWhenDue(elapsedMs: number): void {
    const { level, metrics } = this.#options
    const planEnds = !this.#planDone && (metrics.total >= level.number || elapsedMs >= level.durationMs)
    if (planEnds) this.#planDone = true
    const extending = this.#extends && this.#planDone
    const armed = this.#aborting.some(({ abortAfterMs }) => elapsedMs >= abortAfterMs!)
    if (metrics.total >= this.level.number) return
    if (!(extending && planEnds) && !((extending || armed) && metrics.total >= this.#nextLookAt)) return
    this.#nextLookAt = metrics.total * LOOK_GROWTH
    this.#looks++
    if (this.#lookForBroken(elapsedMs) || !extending) return
    if (!this.#isDecided()) {
      this.#wentOn = true
      return
    }
    // Nothing was said by this look but that it is time to end; where gates stop the load, it may have spoken.
    this.#lookIsLast = this.#aborting.length === 0
    this.#over = true
    this.#options.end()
  }

  #lookForBroken(elapsedMs: number): boolean {
    const look = { number: this.#looks, of: this.#looksOf }
    for (const threshold of this.#aborting) {
      if (elapsedMs < threshold.abortAfterMs!) continue
      const result = this.#evaluate(threshold, look)
      if (result.verdict !== 'fail' || result.actual === null) continue
      const stoppedAfterSeconds = elapsedMs / 1000
      this.#broken.set(threshold, {
        ...result,
        stoppedAfterSeconds,
        message: `${result.message}; the load was stopped after ${stoppedAfterSeconds.toFixed(1)} s`,
      })
    }
    if (!this.aborted) return false
    this.#over = true
    this.#options.stop()
    return true
  }

  /**
   * A verdict is certain with half of the error that this look may spend: the requests still in flight then hardly ever
   * make it uncertain again.
   */
  #isDecided(): boolean {
    const share = 1 - lookConfidence(this.#options.config.confidence!, { number: this.#looks, of: this.#looksOf })
    const results = this.thresholds.map((threshold) => this.#evaluate(threshold, undefined, 1 - share / 2))
    return results.some(({ verdict }) => verdict === 'fail') || results.every(({ verdict }) => verdict === 'pass')
  }

  #evaluate(
    threshold: ParsedThreshold,
    look: EvaluateOptions['look'],
    confidence = this.#options.config.confidence,
  ): ThresholdResult {
    const { scope } = threshold
    const figures = scope?.by === 'stage' ? this.#stageMetrics().of(scope.value) : this.#options.metrics
    const ignoreErrors = this.#options.config.onInvalid === 'warn'
    const timeline = figures.timeline.timeline()
    return evaluateThresholds([threshold], figures, { confidence, timeline, look, ignoreErrors })[0]!
  }

  /** Made when the first batch is there: only then is it known when the phase began. */
  #stageMetrics(): StageMetrics {
    const { startedAt, level, objectives } = this.#options
    this.#stages ??= new StageMetrics(startedAt(), level.stages, objectives)
    return this.#stages
  }
}

function budgetText({ maxNumber, maxDuration }: ResolvedConfig): string {
  const parts = [
    ...(maxNumber === undefined ? [] : [`${formatCount(maxNumber)} requests`]),
    ...(maxDuration === undefined ? [] : [`${maxDuration} s`]),
  ]
  return parts.join(' and ')
}

/** The metrics of each stage of a ramp: those of the requests that were due in it. */
class StageMetrics {
  readonly #startedAt: number
  /** Milliseconds from the start. */
  readonly #ends: number[] = []
  readonly #stages: RunMetrics[] = []

  /** @param startedAt of the measured phase, on the clock of the stamps */
  constructor(startedAt: number, stages: readonly Stage[], objectives: readonly Objective[]) {
    this.#startedAt = startedAt
    let endMs = 0
    for (const { duration } of stages) {
      this.#stages.push(new RunMetrics(startedAt + endMs, objectives))
      endMs += duration * 1000
      this.#ends.push(endMs)
    }
  }

  add(batch: SampleBatch): void {
    for (let row = 0; row < batch.count; row++) {
      const dueMs = batch.numbers[row * ROW + C.scheduledAt]! - this.#startedAt
      const stage = this.#ends.findIndex((end) => dueMs < end)
      this.#stages.at(stage)?.addRow(batch, row)
    }
  }

  /** @param stage from 1 */
  of(stage: number): RunMetrics {
    return this.#stages[stage - 1]!
  }
}
