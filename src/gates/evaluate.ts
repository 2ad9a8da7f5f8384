/** Judges thresholds against what was measured. */
import { ConfigError } from '../config/index.ts'
import type { MetricsView } from '../metrics/index.ts'
import type { ThresholdResult, Timeline } from '../result/index.ts'
import type { Interval } from '../stats/index.ts'
import { type Look, lookConfidence } from '../stats/index.ts'
import { holds, type Operator } from './condition.ts'
import { lackMessage, lackOf } from './coverage.ts'
import { intervalOf } from './figureInterval.ts'
import type { ParsedThreshold } from './grammar.ts'
import { measure } from './measure.ts'
import { messageOf, nothingMeasured } from './message.ts'

export interface EvaluateOptions {
  /**
   * Above 0 and below 1, for instance 0.95: a threshold then fails only when the whole interval breaks it, passes only
   * when the whole interval meets it, and is undecided in between. Absent: the figure itself decides.
   */
  confidence?: number | undefined
  /** What happened when, as in the result. Rates have no interval without it, and are undecided with `confidence`. */
  timeline?: Timeline | undefined
  /** Where the run is looked at more than once: the intervals are widened so that `confidence` holds over all looks. */
  look?: Look | undefined
}

/**
 * Judges each threshold. No samples is never a pass.
 *
 * @returns in the order of the thresholds, `actual`, `limit` and `interval` in the figure's own unit: ms (s for
 *   timeTaken), /s, tok/s, tokens, or a share of 0 to 1
 * @throws ConfigError when the confidence is not above 0 and below 1
 */
export function evaluateThresholds(
  thresholds: readonly ParsedThreshold[],
  view: MetricsView,
  options: EvaluateOptions = {},
): ThresholdResult[] {
  const { confidence } = options
  if (confidence !== undefined && !(confidence > 0 && confidence < 1))
    throw new ConfigError(
      `option "confidence": expected a number above 0 and below 1, for instance 0.95, got ${confidence}`,
      'confidence',
    )
  return thresholds.map((threshold) => judge(threshold, view, options))
}

function judge(
  threshold: ParsedThreshold,
  view: MetricsView,
  { confidence, timeline, look = { number: 1, of: 1 } }: EvaluateOptions,
): ThresholdResult {
  const { expression, figure, operator, limit, unit } = threshold
  const { value, n } = measure(figure, view)
  const facts = { expression, actual: value, limit, unit, n }
  if (value === null)
    return {
      ...facts,
      verdict: 'fail',
      message: nothingMeasured(threshold, view.scalar('totalRequests') ?? 0, view.scalar('failedRequests') ?? 0),
    }
  const estimate = holds(value, operator, limit) ? 'pass' : 'fail'
  const gap = estimate === 'pass' ? lackOf(figure, view) : undefined
  if (gap !== undefined) {
    const metric = 'metric' in figure ? figure.metric : figure.name
    // Before the end of the run the share may still change.
    const verdict = look.number < look.of ? 'undecided' : 'fail'
    return { ...facts, verdict, message: lackMessage(expression, metric, gap) }
  }
  const interval =
    confidence === undefined
      ? undefined
      : intervalOf(figure, { view, confidence: lookConfidence(confidence, look), timeline })
  if (confidence === undefined || interval === undefined)
    return { ...facts, verdict: estimate, message: messageOf({ threshold, verdict: estimate, value, n }) }
  const verdict = verdictOf(interval, operator, limit)
  return {
    ...facts,
    interval: [interval.low, interval.high],
    confidence,
    looks: look.number,
    ...(interval.samplesNeeded !== undefined && { samplesNeeded: interval.samplesNeeded }),
    ...(verdict === 'undecided' && { estimate }),
    verdict,
    message: messageOf({ threshold, verdict, value, n, certainty: { interval, confidence, looks: look.number } }),
  }
}

/** Whether a threshold lets the run pass: where the interval leaves it undecided, its figure alone decides. */
export function isAccepted({ verdict, estimate }: Pick<ThresholdResult, 'verdict' | 'estimate'>): boolean {
  return verdict === 'pass' || (verdict === 'undecided' && estimate === 'pass')
}

/** A missing end reaches as far as it can. */
function verdictOf(interval: Interval, operator: Operator, limit: number): ThresholdResult['verdict'] {
  const low = interval.low ?? Number.NEGATIVE_INFINITY
  const high = interval.high ?? Number.POSITIVE_INFINITY
  if (operator === '==')
    return low === limit && high === limit ? 'pass' : limit < low || limit > high ? 'fail' : 'undecided'
  const lowHolds = holds(low, operator, limit)
  const highHolds = holds(high, operator, limit)
  return lowHolds && highHolds ? 'pass' : lowHolds || highHolds ? 'undecided' : 'fail'
}
