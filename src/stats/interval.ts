/** What every method here gives: the ends of an interval, and for a change its estimate too. */

/** A confidence interval. Both ends are in the unit of the value; null: too few samples for a finite end. */
export interface Interval {
  low: number | null
  high: number | null
}

/** How far the candidate lies from the baseline: on the scale the method was given, logarithms of the ratio or the value's own unit. */
export interface Shift extends Interval {
  estimate: number
}

/** An interval that says nothing. */
export const UNBOUNDED: Interval = { low: null, high: null }
