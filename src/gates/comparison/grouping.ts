/** Joins neighbouring blocks until they can count as independent. */

/** One of ten independent series is grouped for nothing. */
const SUSPICIOUS = 1.282
/** Of fewer values no correlation can be told. */
const LEAST_VALUES = 4

/**
 * How many neighbouring blocks to join into one: doubled while neighbours are alike.
 *
 * Neighbours are taken for alike when the lag-1 autocorrelation, less its bias of −1/n, is higher than independent
 * values would have it nine times out of ten (Fishman 1978, "Grouping observations in digital simulation", whose von
 * Neumann ratio is a function of it). There is no least number of groups: where a disturbance of one side lasts about
 * as long as the comparison, so few are left that no interval exists, and nothing is decided.
 *
 * @param series one figure per block pair, in the order of time
 */
export function groupSize(series: ArrayLike<number>): number {
  let size = 1
  let values = Array.from(series)
  while (values.length >= LEAST_VALUES && lagOne(values) + 1 / values.length > SUSPICIOUS / Math.sqrt(values.length)) {
    values = grouped(values, 2, average)
    size *= 2
  }
  return size
}

/** Neighbours joined, `size` at a time; what is left over at the end joins the last group. */
export function grouped<T>(values: ArrayLike<T>, size: number, join: (group: T[]) => T): T[] {
  const all = Array.from(values)
  const groups = Math.max(1, Math.floor(all.length / size))
  return Array.from({ length: groups }, (_, i) =>
    join(all.slice(i * size, i === groups - 1 ? all.length : (i + 1) * size)),
  )
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function lagOne(values: readonly number[]): number {
  const mean = average(values)
  let products = 0
  let squares = 0
  for (const [i, value] of values.entries()) {
    squares += (value - mean) ** 2
    if (i > 0) products += (value - mean) * (values[i - 1]! - mean)
  }
  return squares === 0 ? 0 : products / squares
}
