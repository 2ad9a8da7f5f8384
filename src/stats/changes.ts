/** Intervals of a share, and of the change between two values that were measured independently of each other. */
import { overdispersion } from './correlation.ts'
import { normalQuantile } from './distributions.ts'
import type { Interval, Shift } from './interval.ts'

/**
 * The score interval of Wilson (1927), which stays sensible at shares of 0 and 1, where the usual one has no width
 * (Newcombe 1998, "Two-sided confidence intervals for the single proportion", method 3).
 *
 * @param share successes / trials
 * @param n number of independent trials; need not be whole
 */
export function wilsonInterval(share: number, n: number, confidence: number): Interval {
  if (!(n > 0)) return { low: 0, high: 1 }
  const z = normalQuantile((1 - confidence) / 2)
  const centre = share + (z * z) / (2 * n)
  const reach = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  // The ends at shares of exactly 0 and 1 are 0 and 1; rounding must not move them.
  return { low: share === 0 ? 0 : (centre - reach) / scale, high: share === 1 ? 1 : (centre + reach) / scale }
}

export interface ShareSide {
  /** Per block. */
  hits: number[]
  totals: number[]
}

/**
 * The difference of two shares with the interval of Newcombe (1998), "Interval estimation for the difference between
 * independent proportions", method 10, made of the Wilson intervals of both. It has a width even where neither side
 * failed once. Failures come in bursts: requests count for less where the share scatters more between blocks than
 * independent failures would.
 */
export function shareDifference(baseline: ShareSide, candidate: ShareSide, confidence: number): Shift {
  const one = wilson(baseline, confidence)
  const other = wilson(candidate, confidence)
  const estimate = other.share - one.share
  return {
    estimate,
    low: estimate - Math.hypot(other.share - other.low, one.high - one.share),
    high: estimate + Math.hypot(other.high - other.share, one.share - one.low),
  }
}

function wilson({ hits, totals }: ShareSide, confidence: number): { share: number; low: number; high: number } {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const share = sum(hits) / sum(totals)
  const { low, high } = wilsonInterval(share, sum(totals) / overdispersion(hits, totals), confidence)
  return { share, low: low ?? 0, high: high ?? 1 }
}

/** A value with its interval; undefined: it was written without one. */
export interface Estimate {
  value: number
  interval: Interval | undefined
}

/** Relative: 0.05 is 5% more than before. Absolute: in the value's own unit. At the confidence of the two intervals. */
export type Change = Estimate

/**
 * The relative change, by MOVER on the logarithms (Zou and Donner 2008, "Construction of confidence limits about
 * effect measures"; Newcombe 2016, "MOVER-R"): an interval of a ratio from the separate intervals of its two parts,
 * which need not be symmetric and whose samples need not be paired.
 */
export function relativeChange(before: Estimate, after: Estimate): Change {
  const ratio = Math.log(after.value / before.value)
  const reach = (share: number): number => Math.expm1(share)
  const value = after.value / before.value - 1
  const ends = bothIntervals(before, after)
  if (ends === undefined) return { value, interval: undefined }
  if (!(before.value > 0 && after.value > 0)) return { value, interval: { low: null, high: null } }
  const down = together(logGap(ends.after.low, after.value), logGap(ends.before.high, before.value))
  const up = together(logGap(ends.after.high, after.value), logGap(ends.before.low, before.value))
  return {
    value,
    interval: { low: down === null ? -1 : reach(ratio - down), high: up === null ? null : reach(ratio + up) },
  }
}

/** The absolute change, by MOVER as it stands (Zou and Donner 2008, equations 3 and 4). */
export function absoluteChange(before: Estimate, after: Estimate): Change {
  const value = after.value - before.value
  const ends = bothIntervals(before, after)
  if (ends === undefined) return { value, interval: undefined }
  const down = together(gap(ends.after.low, after.value), gap(ends.before.high, before.value))
  const up = together(gap(ends.after.high, after.value), gap(ends.before.low, before.value))
  return { value, interval: { low: down === null ? null : value - down, high: up === null ? null : value + up } }
}

function bothIntervals(before: Estimate, after: Estimate): { before: Interval; after: Interval } | undefined {
  if (before.interval === undefined || after.interval === undefined) return undefined
  return { before: before.interval, after: after.interval }
}

function gap(end: number | null, value: number): number | null {
  return end === null ? null : Math.abs(value - end)
}

function logGap(end: number | null, value: number): number | null {
  return end === null || !(end > 0) ? null : Math.abs(Math.log(value / end))
}

function together(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.hypot(a, b)
}
