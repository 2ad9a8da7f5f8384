/** How far a ratio of two sums (a mean, a rate) of the candidate lies from the baseline's, by a bootstrap of blocks. */
import { seeded } from '../random/index.ts'
import { average, grouped, groupSize } from './correlation.ts'
import type { Shift } from './interval.ts'

/** `amount / base` summed over blocks is the value: latencies over requests, requests over seconds. */
export interface Sums {
  amount: number
  base: number
}

export interface SumPair {
  baseline: Sums
  candidate: Sums
}

const RESAMPLES = 2000
/** With fewer blocks there are too few resamples that differ. */
const LEAST_BLOCKS = 6
const SEED = 20_251

/**
 * The logarithm of the ratio of both sides' values, or their difference, with its interval.
 *
 * Pairs of blocks are drawn with replacement, so that what both sides of a pair have in common stays together. The
 * bootstrap is the studentized one, whose intervals keep their level with few blocks and skewed values (Hall 1988,
 * "Theoretical comparison of bootstrap confidence intervals"; Davison and Hinkley 1997, section 2.4); the standard
 * error within is that of the linearized ratio.
 *
 * @param scale `ratio`: on the logarithmic scale; `difference`: in the value's own unit
 */
export function shiftOfRatio(pairs: readonly SumPair[], scale: 'ratio' | 'difference', confidence: number): Shift {
  const whole = linearized(pairs, scale)
  const size = groupSize(whole.residuals)
  const units = grouped(pairs, size, joined)
  const { estimate, residuals } = linearized(units, scale)
  if (units.length < LEAST_BLOCKS || !Number.isFinite(estimate)) return { estimate, low: null, high: null }
  const error = standardError(residuals)
  if (error === 0) return { estimate, low: estimate, high: estimate }
  const studentized = resampled(units, scale, estimate).sort()
  const tail = (1 - confidence) / 2
  const rank = Math.floor(tail * (studentized.length + 1)) - 1
  if (rank < 0) return { estimate, low: null, high: null }
  return {
    estimate,
    low: estimate - studentized[studentized.length - 1 - rank]! * error,
    high: estimate - studentized[rank]! * error,
  }
}

/** Studentized deviations of the estimate in resamples of the pairs; on flat arrays, as there are thousands of them. */
function resampled(units: readonly SumPair[], scale: 'ratio' | 'difference', estimate: number): Float64Array {
  const n = units.length
  const [amountsB, basesB, amountsC, basesC] = [
    Float64Array.from(units, ({ baseline }) => baseline.amount),
    Float64Array.from(units, ({ baseline }) => baseline.base),
    Float64Array.from(units, ({ candidate }) => candidate.amount),
    Float64Array.from(units, ({ candidate }) => candidate.base),
  ] as const
  const random = seeded(SEED)
  const drawn = new Int32Array(n)
  const studentized = new Float64Array(RESAMPLES)
  let count = 0
  for (let i = 0; i < RESAMPLES; i++) {
    let [amountB, baseB, amountC, baseC] = [0, 0, 0, 0]
    for (let k = 0; k < n; k++) {
      const unit = Math.floor(random() * n)
      drawn[k] = unit
      amountB += amountsB[unit]!
      baseB += basesB[unit]!
      amountC += amountsC[unit]!
      baseC += basesC[unit]!
    }
    const ratioB = amountB / baseB
    const ratioC = amountC / baseC
    const isRatio = scale === 'ratio'
    // Residuals as in `linearized`; their mean is 0.
    const weightB = n / baseB / (isRatio ? ratioB : 1)
    const weightC = n / baseC / (isRatio ? ratioC : 1)
    let squares = 0
    for (let k = 0; k < n; k++) {
      const unit = drawn[k]!
      const one = (amountsC[unit]! - ratioC * basesC[unit]!) * weightC
      const other = (amountsB[unit]! - ratioB * basesB[unit]!) * weightB
      squares += (one - other) ** 2
    }
    const error = Math.sqrt(squares / (n - 1) / n)
    const again = isRatio ? Math.log(ratioC / ratioB) : ratioC - ratioB
    if (error > 0 && Number.isFinite(again)) studentized[count++] = (again - estimate) / error
  }
  return studentized.subarray(0, count)
}

interface Linearized {
  estimate: number
  /** What each pair adds to the estimate's error, to first order. */
  residuals: number[]
}

function linearized(pairs: readonly SumPair[], scale: 'ratio' | 'difference'): Linearized {
  const baseline = ratioOfSide(pairs, 'baseline')
  const candidate = ratioOfSide(pairs, 'candidate')
  const isRatio = scale === 'ratio'
  return {
    estimate: isRatio ? Math.log(candidate.ratio / baseline.ratio) : candidate.ratio - baseline.ratio,
    residuals: pairs.map((pair) => {
      const one = (pair.candidate.amount - candidate.ratio * pair.candidate.base) / candidate.meanBase
      const other = (pair.baseline.amount - baseline.ratio * pair.baseline.base) / baseline.meanBase
      return isRatio ? one / candidate.ratio - other / baseline.ratio : one - other
    }),
  }
}

function ratioOfSide(pairs: readonly SumPair[], side: keyof SumPair): { ratio: number; meanBase: number } {
  let amount = 0
  let base = 0
  for (const pair of pairs) {
    amount += pair[side].amount
    base += pair[side].base
  }
  return { ratio: amount / base, meanBase: base / pairs.length }
}

function standardError(residuals: readonly number[]): number {
  const mean = average(residuals)
  const squares = residuals.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (residuals.length - 1) / residuals.length)
}

function joined(pairs: readonly SumPair[]): SumPair {
  const sum = (side: keyof SumPair): Sums => ({
    amount: pairs.reduce((total, pair) => total + pair[side].amount, 0),
    base: pairs.reduce((total, pair) => total + pair[side].base, 0),
  })
  return { baseline: sum('baseline'), candidate: sum('candidate') }
}
