/** Exact tests and intervals for paired differences: random signs, and Wilcoxon's signed ranks with the Hodges–Lehmann shift. */
import { normalQuantile } from './distributions.ts'
import type { Shift } from './interval.ts'

/**
 * The median of all averages of two differences (each with itself too), and the interval of the shifts that Wilcoxon's
 * signed-rank test does not reject (Hodges and Lehmann 1963, "Estimates of location based on rank tests"; Hollander,
 * Wolfe and Chicken, sections 3.2 and 3.3). No shape of distribution is assumed but symmetry about the shift, which
 * the difference of two alike quantities has.
 *
 * @param differences one per pair, independent of each other
 */
export function hodgesLehmann(differences: Float64Array, confidence: number): Shift {
  const averages = walshAverages(differences)
  const outside = signedRankCritical(differences.length, (1 - confidence) / 2)
  const bounded = outside >= 0
  return {
    estimate: middle(averages),
    low: bounded ? averages[outside]! : null,
    high: bounded ? averages[averages.length - 1 - outside]! : null,
  }
}

/** Averages of more differences than this are taken part by part: their number grows with the square. */
const MAX_AT_ONCE = 400

/** The shift alone. */
export function hodgesLehmannShift(differences: Float64Array): number {
  const parts = Math.ceil(differences.length / MAX_AT_ONCE)
  let sum = 0
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * differences.length) / parts)
    const to = Math.floor(((part + 1) * differences.length) / parts)
    sum += middle(walshAverages(differences.subarray(from, to))) * (to - from)
  }
  return sum / differences.length
}

/** Ascending. */
function walshAverages(values: Float64Array): Float64Array {
  const n = values.length
  const averages = new Float64Array((n * (n + 1)) / 2)
  let at = 0
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) averages[at++] = (values[i]! + values[j]!) / 2
  return averages.sort()
}

function middle(sorted: Float64Array): number {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Up to so many differences the distribution is counted out; beyond, the normal approximation is exact enough. */
const EXACT_LIMIT = 200

/**
 * The largest c with P(W ≤ c) ≤ tail, where W is the sum of the ranks of the positive ones among n differences;
 * −1 when even P(W ≤ 0) = 2⁻ⁿ is larger (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", 3rd
 * edition, section 3.1 and its table of the statistic).
 */
export function signedRankCritical(n: number, tail: number): number {
  if (n > EXACT_LIMIT) {
    const mean = (n * (n + 1)) / 4
    const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24)
    return Math.floor(mean - normalQuantile(tail) * deviation - 0.5)
  }
  let cumulated = 0
  for (const [w, probability] of probabilities(n).entries()) {
    cumulated += probability
    // What rounding adds must not cost a rank: 2⁻ⁿ and sums of them are exact, tails such as 0.025 are not.
    if (cumulated > tail * (1 + 1e-12)) return w - 1
  }
  return (n * (n + 1)) / 2
}

const known = new Map<number, Float64Array>()

/** P(W = w) for w = 0 … n (n + 1) / 2: each rank is in the sum or not, with equal chances. */
function probabilities(n: number): Float64Array {
  const kept = known.get(n)
  if (kept !== undefined) return kept
  let distribution = new Float64Array([1])
  for (let rank = 1; rank <= n; rank++) {
    const next = new Float64Array(distribution.length + rank)
    for (const [w, probability] of distribution.entries()) {
      next[w]! += probability / 2
      next[w + rank]! += probability / 2
    }
    distribution = next
  }
  known.set(n, distribution)
  return distribution
}

/** Sums are counted in at most so many steps; finer values are rounded to them. */
const STEPS = 3000

/**
 * P(a sum with random signs ≥ the sum itself), counted out over all 2ⁿ signs (Fisher's randomization test; Pitman
 * 1937, "Significance tests which may be applied to samples from any populations"). The order of the sides within a
 * pair is drawn at random, so with equal sides either sign is equally likely.
 */
export function signFlipTail(values: readonly number[]): number {
  const sizes = values.map(Math.abs)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total === 0) return 1
  const isWhole = total <= STEPS && sizes.every(Number.isInteger)
  const steps = isWhole ? sizes : sizes.map((size) => Math.round((size / total) * STEPS))
  const positive = steps.reduce((sum, step, i) => sum + (values[i]! > 0 ? step : 0), 0)
  return upperTail(steps, positive)
}

/** P(the sum of the steps that a coin picks ≥ limit). */
function upperTail(steps: readonly number[], limit: number): number {
  const whole = steps.reduce((sum, step) => sum + step, 0)
  const chances = new Float64Array(whole + 1)
  chances[0] = 1
  let reach = 0
  for (const step of steps) {
    if (step === 0) continue
    reach += step
    for (let sum = reach; sum >= 0; sum--) chances[sum] = (chances[sum]! + (sum >= step ? chances[sum - step]! : 0)) / 2
  }
  let tail = 0
  for (let sum = whole; sum >= limit; sum--) tail += chances[sum]!
  return tail
}
