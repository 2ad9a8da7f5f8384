/** Joins neighbouring blocks until they can count as independent. */

/** Fewer groups than this decide nothing at any confidence in use. */
export const LEAST_GROUPS = 10
/** One of five independent series is grouped for nothing. */
const SUSPICIOUS = 1.282

/**
 * How many neighbouring blocks to join into one: doubled while neighbours are correlated.
 *
 * Neighbours are taken for correlated when the lag-1 autocorrelation is further from 0 than independent values would
 * be four times out of five (Fishman 1978, "Grouping observations in digital simulation", whose von Neumann ratio is a
 * function of it). A drift that goes one way shows as a negative one, since the order of the sides alternates, and
 * cancels within a group.
 *
 * @param series one figure per block pair, in the order of time
 */
export function groupSize(series: ArrayLike<number>): number {
  let size = 1
  let values = Array.from(series)
  while (values.length >= 2 * LEAST_GROUPS && Math.abs(lagOne(values)) > SUSPICIOUS / Math.sqrt(values.length)) {
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
