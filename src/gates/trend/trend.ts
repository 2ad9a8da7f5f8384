/** The trend of one figure over stored results: stretches between change points, and whether the last is worse. */

import type { Tolerance, Worse } from '../tolerance.ts'
import { type ChangePoint, type ChangePointOptions, changePoints } from './changePoints.ts'

/** Results between two changes. */
export interface Stretch {
  /** Index of its first result, and of the one after its last. */
  from: number
  to: number
  mean: number
  /** What is said of the change that began it; undefined for the first. */
  change: ChangePoint | undefined
}

export interface Trend {
  stretches: readonly Stretch[]
  /** The last change relative to the stretch before it: 0.05 is 5 % more. Undefined without a change. */
  lastChange: number | undefined
}

export function trendOf(series: readonly number[], options: ChangePointOptions = {}): Trend {
  const changes = changePoints(series, options)
  const bounds = [0, ...changes.map(({ index }) => index), series.length]
  const stretches = bounds.slice(1).map((to, i): Stretch => {
    const from = bounds[i]!
    const values = series.slice(from, to)
    return { from, to, mean: values.reduce((sum, value) => sum + value, 0) / values.length, change: changes[i - 1] }
  })
  const [before, last] = stretches.slice(-2)
  const lastChange = last === undefined || before === undefined ? undefined : last.mean / before.mean - 1
  return { stretches, lastChange }
}

/** True when the last change made the figure worse by more than its tolerance. */
export function isRegression(
  { stretches }: Trend,
  { worse, tolerance: { scale, value } }: { worse: Worse; tolerance: Pick<Tolerance, 'scale' | 'value'> },
): boolean {
  const [before, last] = stretches.slice(-2)
  if (before === undefined || last === undefined) return false
  const by = (worse === 'higher' ? 1 : -1) * (last.mean - before.mean)
  return by > (scale === 'relative' ? value * Math.abs(before.mean) : value)
}
