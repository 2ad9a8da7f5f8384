/** What every method here gives: how far the candidate lies from the baseline. */

/** On the scale the method was given: logarithms of the ratio, or the figure's own unit. */
export interface Shift {
  estimate: number
  /** Ends of the confidence interval; null: none exists with so few requests or blocks. */
  low: number | null
  high: number | null
}
