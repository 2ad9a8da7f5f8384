/** The Hodges–Lehmann shift of paired differences, with Wilcoxon's exact signed-rank interval. */

import type { Shift } from './shift.ts'
import { signedRankCritical } from './signedRank.ts'

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
