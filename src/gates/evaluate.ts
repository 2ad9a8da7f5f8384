/** The one evaluation: a gate, and what was measured for it, become a verdict. */
import { ConfigError } from '../config/index.ts'
import { factsOf, type MetricsView, type ScalarName } from '../metrics/index.ts'
import type { ThresholdResult, Timeline } from '../result/index.ts'
import { type Interval, type Look, lookConfidence } from '../stats/index.ts'
import { holds, type Operator } from './condition.ts'
import type { Gate, LimitGate, ParsedThreshold } from './gate.ts'
import { intervalOf, type StatisticInterval } from './interval.ts'
import { type Evidence, invalidMessage, type Lack, lackMessage, messageOf, valueText } from './message.ts'
import { formatConfidence, formatCount } from './quantity.ts'
import { countsGood, type Statistic } from './statistic.ts'

/** Where the evidence for gates comes from: a run, a stored result, the blocks of a comparison, a search. */
export interface GateView<G extends Gate, E extends Evidence = Evidence> {
  read(gate: G): E
  /** The same at the lower and the upper end of what the client's error leaves open; undefined: it leaves nothing open. */
  readBounds?(gate: G): readonly [low: E, high: E] | undefined
}

export interface Judgement<E extends Evidence = Evidence> {
  verdict: 'pass' | 'fail' | 'undecided' | 'invalid'
  /** What the value alone says, where it was undecided. */
  estimate?: 'pass' | 'fail'
  /** In the gate's unit; of a tolerance, the change; null: nothing was measured. */
  value: number | null
  /** The lower and the upper end of the value, from the errors of the client's timestamps; absent: it has none. */
  bounds?: readonly [low: number, high: number]
  interval: Interval | undefined
  /** In the gate's unit; of a tolerance, the largest change. */
  limit: number
  n: number
  message: string
  evidence: E
}

/**
 * Judges a gate. It fails only when the whole interval does not meet it, passes only when the whole interval does, and
 * is undecided in between. Nothing measured is never a pass.
 *
 * Where the client's timestamps may be late, the gate is judged at both ends of what that leaves open. It is invalid
 * where one end meets it and the other does not; where both agree, but one is not certain, it is undecided.
 */
export function evaluate<G extends Gate, E extends Evidence>(gate: G, view: GateView<G, E>): Judgement<E> {
  const measured = judgeAt(gate, view.read(gate))
  const ends = view.readBounds?.(gate)
  const [low, high] = ends?.map(({ value }) => value) ?? []
  if (ends === undefined || measured.value === null || low == null || high == null) return measured
  const bounds = [Math.min(low, high, measured.value), Math.max(low, high, measured.value)] as const
  const judged = [judgeAt(gate, ends[0]), judgeAt(gate, ends[1])] as const
  const answers = judged.map(({ verdict, estimate }) => estimate ?? verdict)
  if (answers[0] !== answers[1]) {
    const met = holdsFor(gate, measured.value)
    const estimate = met ? ('pass' as const) : ('fail' as const)
    const shown = [judged[0].evidence.told.shown, judged[1].evidence.told.shown] as const
    return {
      ...measured,
      verdict: 'invalid',
      estimate,
      bounds,
      message: invalidMessage(gate, measured.evidence, { bounds, shown, met }),
    }
  }
  const unsure = judged.find(({ verdict }) => verdict === 'undecided')
  // The interval of the value itself may be certain where that of an end is not.
  if (unsure !== undefined && measured.verdict !== 'undecided')
    return { ...unsure, value: measured.value, bounds, message: unsure.message }
  return { ...measured, bounds }
}

/** Judges a gate on one value. */
function judgeAt<E extends Evidence>(gate: Gate, evidence: E): Judgement<E> {
  const { value, interval, n, lack } = evidence
  const { limit } = conditionOf(gate)
  const met = value !== null && holdsFor(gate, value)
  const settled = verdictOf(gate, evidence, met)
  const lacks = lack !== undefined && value !== null && settled !== 'fail'
  // Before the end of the run the share of answers that lack the metric may still change.
  const verdict = lacks ? (evidence.isOpen ? 'undecided' : 'fail') : settled
  return {
    verdict,
    ...(verdict === 'undecided' && !lacks && { estimate: met ? 'pass' : 'fail' }),
    value,
    interval,
    limit,
    n,
    message: lacks ? lackMessage(gate.expression, lack) : messageOf(gate, evidence, verdict, met),
    evidence,
  }
}

function holdsFor(gate: Gate, value: number): boolean {
  const { operator, limit } = conditionOf(gate)
  return holds(value, operator, limit)
}

/** A tolerance is a limit on the change. */
function conditionOf(gate: Gate): { operator: Operator; limit: number } {
  if (gate.against === 'limit') return gate
  const { worse, tolerance } = gate
  return worse === 'higher' ? { operator: '<=', limit: tolerance.value } : { operator: '>=', limit: -tolerance.value }
}

type Answer = Exclude<Judgement['verdict'], 'invalid'>

function verdictOf(gate: Gate, evidence: Evidence, met: boolean): Answer {
  const { value, interval, doubt } = evidence
  if (value === null) return 'fail'
  const { operator, limit } = conditionOf(gate)
  const verdict = interval === undefined ? (met ? 'pass' : 'fail') : verdictOfInterval(interval, operator, limit)
  if (verdict === 'fail') return doubt === undefined ? 'fail' : 'undecided'
  return verdict === 'undecided' && gate.against === 'reference' && gate.isGuard ? 'pass' : verdict
}

/** A missing end reaches as far as it can. */
function verdictOfInterval(interval: Interval, operator: Operator, limit: number): Answer {
  const low = interval.low ?? Number.NEGATIVE_INFINITY
  const high = interval.high ?? Number.POSITIVE_INFINITY
  if (operator === '==')
    return low === limit && high === limit ? 'pass' : limit < low || limit > high ? 'fail' : 'undecided'
  const lowHolds = holds(low, operator, limit)
  const highHolds = holds(high, operator, limit)
  return lowHolds && highHolds ? 'pass' : lowHolds || highHolds ? 'undecided' : 'fail'
}

export interface EvaluateOptions {
  /**
   * Above 0 and below 1, for instance 0.95: a threshold then fails only when its whole interval does not meet it, and
   * is undecided where the interval reaches across. Absent: the value itself decides.
   */
  confidence?: number | undefined
  /** What happened when, as in the result. Rates have no interval without it, and are undecided with `confidence`. */
  timeline?: Timeline | undefined
  /** Where the run is looked at more than once: the intervals are widened so that `confidence` holds over all looks. */
  look?: Look | undefined
  /** The measured value decides alone, however late the client was: `onInvalid: 'warn'`. */
  ignoreErrors?: boolean | undefined
}

/**
 * Judges each threshold on what a run has measured.
 *
 * @returns in the order of the thresholds, `actual`, `limit` and `interval` in the value's own unit: ms (s for
 *   timeTaken), /s, tok/s, tokens, or a share of 0 to 1
 * @throws ConfigError when the confidence is not above 0 and below 1
 */
export function evaluateThresholds(
  thresholds: readonly ParsedThreshold[],
  view: MetricsView,
  options: EvaluateOptions = {},
): ThresholdResult[] {
  const { confidence, look } = options
  if (confidence !== undefined && !(confidence > 0 && confidence < 1))
    throw new ConfigError(
      `option "confidence": expected a number above 0 and below 1, for instance 0.95, got ${confidence}`,
      'confidence',
    )
  return thresholds.map((threshold) => {
    const { verdict, estimate, value, bounds, limit, n, message, evidence } = evaluate(
      threshold,
      viewOfRun(view, options),
    )
    const { interval } = evidence
    return {
      expression: threshold.expression,
      actual: value,
      limit,
      unit: threshold.unit,
      n,
      ...(bounds && bounds[0] < bounds[1] && { bounds: [...bounds] as [number, number] }),
      ...(interval && { interval: [interval.low, interval.high], confidence, looks: look?.number ?? 1 }),
      ...(interval?.samplesNeeded !== undefined && { samplesNeeded: interval.samplesNeeded }),
      ...(estimate && { estimate }),
      verdict,
      message,
    }
  })
}

/** Whether a threshold lets the run pass: where the interval leaves it undecided, its value alone decides. Invalid never does. */
export function isAccepted({ verdict, estimate }: Pick<ThresholdResult, 'verdict' | 'estimate'>): boolean {
  return verdict === 'pass' || (verdict === 'undecided' && estimate === 'pass')
}

interface RunEvidence extends Evidence {
  interval: StatisticInterval | undefined
}

function viewOfRun(view: MetricsView, options: EvaluateOptions): GateView<ParsedThreshold, RunEvidence> {
  const { low, high } = view.bounds ?? {}
  const { ignoreErrors = false } = options
  return {
    ...oneView(view, options),
    readBounds: (gate) =>
      low === undefined || high === undefined || ignoreErrors
        ? undefined
        : [oneView(low, options).read(gate), oneView(high, options).read(gate)],
  }
}

function oneView(
  view: MetricsView,
  { confidence, timeline, look = { number: 1, of: 1 } }: EvaluateOptions,
): GateView<ParsedThreshold, RunEvidence> {
  return {
    read(gate) {
      const { statistic, operator, limit } = gate
      const { value, n } = measure(statistic, view)
      if (value === null)
        return { value, n, interval: undefined, told: { shown: '', facts: [requestsText(statistic, view)] } }
      const lack = lackOf(statistic, view)
      // What too many answers lack needs no interval: it does not pass.
      const interval =
        confidence === undefined || (lack !== undefined && holds(value, operator, limit))
          ? undefined
          : intervalOf(statistic, { view, confidence: lookConfidence(confidence, look), timeline })
      return {
        value,
        n,
        interval,
        lack,
        isOpen: look.number < look.of,
        told: {
          shown: valueText(gate, value, interval),
          facts: [
            `n = ${formatCount(n)}`,
            ...(interval === undefined || confidence === undefined
              ? []
              : [`${formatConfidence(confidence)}${look.number > 1 ? ` over ${look.number} looks` : ''}`]),
          ],
          wanting: interval && wantingText(gate, interval, n, confidence!),
        },
      }
    },
  }
}

function requestsText(statistic: Statistic, view: MetricsView): string {
  const [requests, failed] = [view.scalar('totalRequests') ?? 0, view.scalar('failedRequests') ?? 0]
  const sent =
    requests === 0 ? 'no request ended' : `${formatCount(requests)} requests, ${formatCount(failed)} of them failed`
  return countsGood(statistic) ? `${sent}; it needs objectives` : sent
}

function wantingText(
  { statistic }: LimitGate,
  { low, high, samplesNeeded }: StatisticInterval,
  n: number,
  confidence: number,
): string | undefined {
  if (low === null && high === null && samplesNeeded === undefined)
    return 'No interval can be formed from what was measured.'
  if (samplesNeeded === undefined) return undefined
  const bound = low === null && high === null ? 'interval' : low === null ? 'lower bound' : 'upper bound'
  const noun = 'metric' in statistic && factsOf(statistic.metric).of === 'gap' ? 'gaps' : 'requests'
  return `A ${formatConfidence(confidence)} ${bound} needs about ${formatCount(samplesNeeded)} ${noun}; this run had ${formatCount(n)}.`
}

/** Share of the answers that could have a metric and may lack it. */
const MOST_LACKING = 0.01

/** How many answers have the metric of a statistic, where too few of those have it that could. */
export function lackOf(statistic: Statistic, view: Pick<MetricsView, 'coverage'>): Lack | undefined {
  if (!('metric' in statistic)) return undefined
  const { metric } = statistic
  const coverage = view.coverage(metric)
  const isLacking = coverage !== undefined && coverage.of - coverage.measured > MOST_LACKING * coverage.of
  return isLacking ? { ...coverage, metric } : undefined
}

export interface Measured {
  /** In the statistic's own unit; null when no sample was measured. */
  value: number | null
  /** Samples behind the value. */
  n: number
}

/** Reads a statistic from what a run has measured. */
export function measure(statistic: Statistic, view: MetricsView): Measured {
  const requests = view.scalar('totalRequests') ?? 0
  if (statistic.kind === 'errors') return counted(view.errors(statistic.cause), requests)
  if (statistic.kind === 'scalar')
    return counted(view.scalar(statistic.name), samplesBehind(statistic.name, view, requests))
  const distribution = view.distribution(statistic.metric)
  // That nothing was measured is a count too, once there were requests: no new connection, for instance.
  if (statistic.kind === 'count') return counted(distribution?.n ?? 0, requests)
  if (distribution === undefined) return { value: null, n: 0 }
  const { n } = distribution
  switch (statistic.kind) {
    case 'percentile':
      return counted(distribution.percentile(statistic.p), n)
    case 'avg':
      return counted(distribution.mean, n)
    case 'min':
      return counted(distribution.min, n)
    case 'max':
      return counted(distribution.max, n)
    case 'stddev':
      return counted(distribution.stddev, n)
  }
}

function counted(value: number | undefined, n: number): Measured {
  return n === 0 || value === undefined || Number.isNaN(value) ? { value: null, n: 0 } : { value, n }
}

function samplesBehind(name: ScalarName, view: MetricsView, requests: number): number {
  const { samples } = factsOf(name)
  if (samples === 'totalRequests') return requests
  return samples === 'succeededRequests' ? (view.scalar(samples) ?? 0) : (view.distribution(samples)?.n ?? 0)
}
