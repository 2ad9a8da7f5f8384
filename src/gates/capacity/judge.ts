/** What a level of load showed, for each criterion of a capacity search. */

import type { MetricsView } from '../../metrics/index.ts'
import { holds } from '../condition.ts'
import type { Figure } from '../figure.ts'
import { measure } from '../measure.ts'
import { speaksOfFailures } from '../minSuccess.ts'
import type { Criterion } from './criteria.ts'

/** One level: the figures of each of its runs. */
export interface LevelFigures {
  level: number
  runs: readonly MetricsView[]
}

/** What one figure came to at a level; null when a run has not measured it. */
export interface CriterionValue {
  key: string
  /** In the figure's own unit, averaged over the runs. */
  value: number | null
}

/**
 * Whether a level meets a criterion.
 *
 * A level with a failed request is broken, whatever its latencies are, unless the criterion says itself how many may
 * fail. So is one at which a figure was not measured.
 */
export function meets(criterion: Criterion, figures: LevelFigures): boolean {
  if (criterion.kind === 'optimum') return !hasFailures(figures)
  if (!judgesFailures(criterion) && hasFailures(figures)) return false
  return criterion.conditions.every(({ figure, operator, limit }) => {
    const value = averageOf(figure, figures)
    return value !== null && holds(value, operator, limit)
  })
}

/** Whether the criterion decides by itself how many requests may fail. */
export function judgesFailures(criterion: Criterion): boolean {
  return criterion.kind === 'limit' && criterion.conditions.some(({ figure }) => speaksOfFailures(figure))
}

/** The value of an optimum at a level; null where a request failed or nothing was measured. */
export function optimumValue(criterion: Extract<Criterion, { kind: 'optimum' }>, figures: LevelFigures): number | null {
  return hasFailures(figures) ? null : averageOf(criterion.figure, figures)
}

/** Every figure the criterion is about. */
export function valuesOf(criterion: Criterion, figures: LevelFigures): CriterionValue[] {
  const about = criterion.kind === 'optimum' ? [criterion] : criterion.conditions
  return about.map(({ key, figure }) => ({ key, value: averageOf(figure, figures) }))
}

function hasFailures({ runs }: LevelFigures): boolean {
  return runs.some((view) => view.scalar('succeededRequests') !== view.scalar('totalRequests') || noneSent(view))
}

function noneSent(view: MetricsView): boolean {
  return (view.scalar('totalRequests') ?? 0) === 0
}

function averageOf(figure: Figure, { runs }: LevelFigures): number | null {
  let sum = 0
  for (const view of runs) {
    const { value } = measure(figure, view)
    if (value === null) return null
    sum += value
  }
  return runs.length === 0 ? null : sum / runs.length
}
