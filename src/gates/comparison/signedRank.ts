/** The distribution of Wilcoxon's signed-rank statistic, from which the interval of the Hodges–Lehmann shift follows. */
import { normalQuantile } from '../intervals/index.ts'

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
