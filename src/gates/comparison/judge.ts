/** Judges how a candidate compares with its baseline: each regression, by the interval of its change. */
import type { ThresholdResult } from '../../result/index.ts'
import { QUANTITIES } from '../quantity.ts'
import { type BlockPair, measured, SIDES } from './blocks.ts'
import { type FigureShift, figureOfSide, figureShift, type Method } from './figureShift.ts'
import { changeMessage } from './message.ts'
import type { ParsedRegression } from './regression.ts'

export interface RegressionResult {
  /** For instance `p50(latency) 5 %`. */
  expression: string
  /** For instance `p50(latency)`. */
  figure: string
  /** The figure of each side; null when nothing was measured. In `unit`. */
  baseline: number | null
  candidate: number | null
  /** The figure's own unit: ms, /s, tok/s or share. */
  unit: string
  /** How far the candidate lies from the baseline: a share of the baseline where `relative`, otherwise in `unit`. */
  change: { estimate: number; low: number | null; high: number | null } | null
  relative: boolean
  /** On the same scale, at least 0. */
  tolerance: number
  /** As written, for instance `5 %`. */
  toleranceText: string
  worse: 'higher' | 'lower'
  method: Method | null
  /** Of the interval shown; higher than asked for where looks are repeated. */
  confidence: number
  /** Requests (for itl: gaps) behind the figure, of the side that has fewer. */
  n: number
  blocks: number
  verdict: ThresholdResult['verdict']
  message: string
}

/**
 * Fails a regression only when the whole interval of the change lies beyond the tolerance, passes it when the whole
 * interval lies within, and leaves it undecided in between, as it does where only one half of the comparison shows the
 * change. Nothing measured is never a pass.
 *
 * @param confidence of the intervals, above 0 and below 1
 */
export function judgeRegressions(
  regressions: readonly ParsedRegression[],
  pairs: readonly BlockPair[],
  confidence: number,
): RegressionResult[] {
  return regressions.map((regression) => judge(regression, pairs, confidence))
}

/** True when more blocks could still change a verdict. */
export function needsMore(regressions: readonly ParsedRegression[], results: readonly RegressionResult[]): boolean {
  if (results.some(({ verdict }) => verdict === 'fail')) return false
  return results.some(({ verdict }, i) => verdict === 'undecided' && !regressions[i]!.isGuard)
}

function judge(regression: ParsedRegression, pairs: readonly BlockPair[], confidence: number): RegressionResult {
  const { figure, worse, tolerance, quantity } = regression
  const [baseline, candidate] = SIDES.map((side) => figureOfSide(figure, pairs, side)) as [number | null, number | null]
  const relative = tolerance.scale === 'relative'
  const shift =
    baseline === null || candidate === null ? undefined : figureShift(figure, pairs, tolerance.scale, confidence)
  const verdict = shift === undefined ? 'fail' : lasting(verdictOf(shift, regression), shift, regression, pairs)
  const facts = {
    expression: regression.expression,
    figure: regression.key,
    baseline,
    candidate,
    unit: QUANTITIES[quantity].own,
    change: shift === undefined ? null : { estimate: shift.estimate, low: shift.low, high: shift.high },
    relative,
    tolerance: tolerance.value,
    toleranceText: tolerance.text,
    worse,
    method: shift?.method ?? null,
    confidence,
    n: samplesBehind(regression, pairs),
    blocks: pairs.length,
    verdict,
  }
  return { ...facts, message: changeMessage(regression, facts) }
}

function verdictOf(
  { low, high }: FigureShift,
  { worse, tolerance, isGuard }: ParsedRegression,
): RegressionResult['verdict'] {
  // Turned so that worse is higher; a missing end reaches as far as it can.
  const [least, most] =
    worse === 'higher'
      ? [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY]
      : [-(high ?? Number.POSITIVE_INFINITY), -(low ?? Number.NEGATIVE_INFINITY)]
  if (least > tolerance.value) return 'fail'
  return most <= tolerance.value || isGuard ? 'pass' : 'undecided'
}

/**
 * A disturbance may hit one side alone for seconds, for instance when its threads wait on the core that other work
 * uses. A real change is there all the time: one that is not beyond the tolerance in both halves of the comparison
 * fails nothing.
 */
function lasting(
  verdict: RegressionResult['verdict'],
  { method }: FigureShift,
  regression: ParsedRegression,
  pairs: readonly BlockPair[],
): RegressionResult['verdict'] {
  // Requests that failed are no matter of scheduling: a candidate that dies half way has failed.
  if (verdict !== 'fail' || method === 'share') return verdict
  const middle = Math.floor(pairs.length / 2)
  const holds = [pairs.slice(0, middle), pairs.slice(middle)].every((half) => {
    const change = figureShift(regression.figure, half, regression.tolerance.scale, 0.5)
    const worse = (change?.estimate ?? Number.POSITIVE_INFINITY) * (regression.worse === 'higher' ? 1 : -1)
    return change === undefined || worse > regression.tolerance.value
  })
  return holds ? 'fail' : 'undecided'
}

function samplesBehind({ figure }: ParsedRegression, pairs: readonly BlockPair[]): number {
  const counts = SIDES.map((side) =>
    pairs.reduce((sum, pair) => {
      if (figure.kind !== 'scalar') return sum + measured(pair[side], figure.metric).length
      return sum + pair[side].amounts.total
    }, 0),
  )
  return Math.min(...counts)
}
