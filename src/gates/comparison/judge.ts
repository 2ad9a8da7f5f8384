/** Judges how a candidate compares with its baseline: each regression, by the interval of its change. */
import type { Verdict } from '../../result/index.ts'
import { QUANTITIES } from '../quantity.ts'
import { type BlockPair, measured, SIDES } from './blocks.ts'
import { type FigureShift, figureOfSide, figureShift, type Method } from './figureShift.ts'
import { changeMessage } from './message.ts'
import type { ParsedRegression } from './regression.ts'

export interface RegressionResult {
  expression: string
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
  worse: 'higher' | 'lower'
  method: Method | null
  /** Of the interval shown; higher than asked for where looks are repeated. */
  confidence: number
  /** Requests (for itl: gaps) behind the figure, of the side that has fewer. */
  n: number
  blocks: number
  verdict: Exclude<Verdict, 'invalid'>
  message: string
}

/**
 * Fails a regression only when the whole interval of the change lies beyond the tolerance, passes it when the whole
 * interval lies within, and leaves it undecided in between. Nothing measured is never a pass.
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
  const verdict = shift === undefined ? 'fail' : verdictOf(shift, regression)
  const facts = {
    expression: regression.expression,
    baseline,
    candidate,
    unit: QUANTITIES[quantity].own,
    change: shift === undefined ? null : { estimate: shift.estimate, low: shift.low, high: shift.high },
    relative,
    tolerance: tolerance.value,
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

function samplesBehind({ figure }: ParsedRegression, pairs: readonly BlockPair[]): number {
  const counts = SIDES.map((side) =>
    pairs.reduce((sum, pair) => {
      if (figure.kind !== 'scalar') return sum + measured(pair[side], figure.metric).length
      return sum + pair[side].amounts.total
    }, 0),
  )
  return Math.min(...counts)
}
