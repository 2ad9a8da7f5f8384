/** A confidence interval, as every method here gives it. */

/** Both ends in the unit of the figure; null: no finite end exists at this number of samples. */
export interface Interval {
  low: number | null
  high: number | null
}

/** What is known when nothing is. */
export const UNBOUNDED: Interval = { low: null, high: null }
