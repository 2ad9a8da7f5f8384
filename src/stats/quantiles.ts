/** Quantiles of samples: the one rule by which they are read, and their exact intervals between order statistics. */
import { binomialAbove } from './distributions.ts'

/**
 * The one rule of percentiles, that of docs/metrics.md: of n sorted values, the one of index min(n − 1, ⌊share × n⌋).
 *
 * @param share from 0 to 1. @param n at least 1
 */
export function indexAt(share: number, n: number): number {
  return Math.min(n - 1, Math.floor(share * n))
}

/** The value at `indexAt`. @returns NaN where there are no values */
export function valueAt(sorted: Float64Array | readonly number[], share: number): number {
  return sorted[indexAt(share, sorted.length)] ?? Number.NaN
}

/** Ranks count from 1, the smallest sample; null: no finite end exists at this number of samples. */
export interface RankInterval {
  low: number | null
  high: number | null
}

/**
 * The ranks between which a quantile lies with at least the given confidence, half of the error on either side.
 *
 * The number of independent samples below the true quantile is binomial, so the ranks are exact for any continuous
 * distribution and never interpolated (David and Nagaraja, "Order Statistics", 3rd edition, section 7.1). Of
 * correlated samples only `effectiveN` count as independent: the ranks are found for so many and stretched to n.
 *
 * @param n number of samples
 * @param quantile 0 to 1, for instance 0.99
 * @param confidence 0 to 1, for instance 0.95
 * @param effectiveN from `effectiveSize`; n when the samples are independent
 */
export function quantileRanks(n: number, quantile: number, confidence: number, effectiveN: number = n): RankInterval {
  const m = Math.max(1, Math.min(n, Math.floor(effectiveN)))
  const tail = (1 - confidence) / 2
  const low = lowerRank(m, quantile, tail)
  const fromTop = lowerRank(m, 1 - quantile, tail)
  return { low: low && stretched(low, n, m), high: fromTop && n + 1 - stretched(fromTop, n, m) }
}

/**
 * The smallest number of independent samples at which the interval of a quantile has two finite ends:
 * 6 for the median and 368 for p99 at 95 %.
 *
 * @returns Infinity for quantiles 0 and 1, the ends of a distribution, which no sample bounds
 */
export function samplesNeeded(quantile: number, confidence: number): number {
  const tail = (1 - confidence) / 2
  // All samples fall on one side of the quantile with this probability; that must not happen more often than `tail`.
  const oneSide = Math.max(quantile, 1 - quantile)
  return oneSide >= 1 ? Number.POSITIVE_INFINITY : Math.ceil(Math.log(tail) / Math.log(oneSide))
}

/** The largest rank r with P(fewer than r samples lie below the quantile) ≤ tail; null when there is none. */
function lowerRank(m: number, quantile: number, tail: number): number | null {
  return binomialAbove(tail, m, quantile) || null
}

/** The middle of the r-th of m blocks of n/m samples each; r itself for m = n. */
function stretched(rank: number, n: number, m: number): number {
  return Math.max(1, Math.floor(((rank - 0.5) * n) / m + 0.5))
}
