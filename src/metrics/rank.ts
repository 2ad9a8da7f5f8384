/** The one rule of percentiles, that of docs/metrics.md: of n sorted values, the one of index min(n − 1, ⌊share × n⌋). */

/** @param share from 0 to 1. @param n at least 1 */
export function indexAt(share: number, n: number): number {
  return Math.min(n - 1, Math.floor(share * n))
}

/** @returns NaN where there are no values */
export function valueAt(sorted: Float64Array | readonly number[], share: number): number {
  return sorted[indexAt(share, sorted.length)] ?? Number.NaN
}
