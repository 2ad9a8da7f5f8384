/** Confidence intervals for shares. */
import type { Interval } from './interval.ts'
import { normalQuantile } from './studentT.ts'

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
