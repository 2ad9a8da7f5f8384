/** How far a share of requests (successes, good ones) of the candidate lies from the baseline's. */
import { overdispersion, wilsonInterval } from '../intervals/index.ts'
import type { Shift } from './shift.ts'

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
