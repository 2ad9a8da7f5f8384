/** The figures a stored result holds, with their intervals: what a later run can be compared with. */
import { DISTRIBUTION_NAMES, factsOf, type MetricsView, SCALAR_NAMES } from '../../metrics/index.ts'
import type { Result, Timeline } from '../../result/index.ts'
import type { Interval } from '../../stats/index.ts'
import type { Figure } from '../figure.ts'
import { intervalOf } from '../figureInterval.ts'

/** Of the intervals kept in results. */
export const STORED_CONFIDENCE = 0.95

const METRICS = DISTRIBUTION_NAMES.filter((name) => factsOf(name).compare !== 'none')
const PERCENTILES = [
  [50, 'p50'],
  [90, 'p90'],
  [95, 'p95'],
  [99, 'p99'],
  [99.9, 'p999'],
] as const
/** What has no interval, such as a count, cannot be told from chance. */
const SCALARS = SCALAR_NAMES.filter((name) => factsOf(name).per !== null)

/** Every figure that a result keeps with its interval. */
export const STORED_FIGURES: readonly Figure[] = [
  ...METRICS.flatMap((metric): Figure[] => [
    { kind: 'avg', name: `avg(${metric})`, metric },
    ...PERCENTILES.map(([p]): Figure => ({ kind: 'percentile', name: `p${p}(${metric})`, metric, p })),
  ]),
  ...SCALARS.map((name): Figure => ({ kind: 'scalar', name })),
]

export interface StoredFigure {
  /** In the figure's own unit. */
  value: number
  /** Undefined: the result was written without one. */
  interval: Interval | undefined
  /** Samples behind it. */
  n: number
}

/** The intervals of all figures of a run that can be kept, by name; computed once, when the samples are at hand. */
export function storedIntervals(
  view: MetricsView,
  timeline: Timeline | undefined,
): Record<string, [low: number | null, high: number | null]> {
  const facts = { view, confidence: STORED_CONFIDENCE, timeline }
  const entries = STORED_FIGURES.flatMap((figure) => {
    const measured = figure.kind === 'scalar' ? view.scalar(figure.name) : undefined
    if (figure.kind === 'scalar' && measured === undefined) return []
    const interval = intervalOf(figure, facts)
    return interval === undefined ? [] : [[figure.name, [interval.low, interval.high]] as const]
  })
  return Object.fromEntries(entries) as Record<string, [number | null, number | null]>
}

/** True for a figure that results keep with its interval. */
export function isStored(figure: Figure): boolean {
  return STORED_FIGURES.some(({ name }) => name === figure.name)
}

/** @returns undefined where the result measured no such thing */
export function storedFigure(result: Result, figure: Figure): StoredFigure | undefined {
  const found = measuredValue(result, figure)
  if (found === undefined) return undefined
  const ends = result.intervals?.[figure.name]
  return { ...found, interval: ends && { low: ends[0], high: ends[1] } }
}

function measuredValue(result: Result, figure: Figure): { value: number; n: number } | undefined {
  if (figure.kind === 'scalar') {
    const value = factsOf(figure.name).inResult(result)
    return value === null || value === undefined ? undefined : { value, n: result.summary.totalRequests }
  }
  if (figure.kind === 'errors') return undefined
  const distribution = result.distributions[figure.metric]
  if (distribution === undefined) return undefined
  const { n, mean } = distribution
  if (figure.kind === 'avg') return { value: mean, n }
  const key = figure.kind === 'percentile' ? PERCENTILES.find(([p]) => p === figure.p)?.[1] : undefined
  return key === undefined ? undefined : { value: distribution[key], n }
}
