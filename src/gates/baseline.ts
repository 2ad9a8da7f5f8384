/** A run against a stored result: the values that results keep with their intervals, and what has changed since. */
import { DISTRIBUTION_NAMES, factsOf, type MetricsView, SCALAR_NAMES } from '../metrics/index.ts'
import type { Result, ThresholdResult, Timeline } from '../result/index.ts'
import { absoluteChange, type Estimate, relativeChange } from '../stats/index.ts'
import { evaluate, type GateView } from './evaluate.ts'
import { failing, type ParsedRegression } from './gate.ts'
import { hasInterval, intervalOf } from './interval.ts'
import { betweenText, changeText, type Evidence } from './message.ts'
import { formatConfidence, formatCount } from './quantity.ts'
import type { Statistic } from './statistic.ts'

/** Of the intervals kept in results. */
const STORED_CONFIDENCE = 0.95

const METRICS = DISTRIBUTION_NAMES.filter((name) => factsOf(name).compare !== 'none')
const PERCENTILES = [
  [50, 'p50'],
  [90, 'p90'],
  [95, 'p95'],
  [99, 'p99'],
  [99.9, 'p999'],
] as const
/** What has no interval, such as a count, cannot be told from chance. */
const SCALARS = SCALAR_NAMES.filter(hasInterval)

/** Every statistic that a result keeps with its interval. */
export const STORED_STATISTICS: readonly Statistic[] = [
  ...METRICS.flatMap((metric): Statistic[] => [
    { kind: 'avg', name: `avg(${metric})`, metric },
    ...PERCENTILES.map(([p]): Statistic => ({ kind: 'percentile', name: `p${p}(${metric})`, metric, p })),
  ]),
  ...SCALARS.map((name): Statistic => ({ kind: 'scalar', name })),
]

/** A value of a result in its own unit, with its interval where the result was written with one. */
export interface StoredValue extends Estimate {
  /** Samples behind it. */
  n: number
}

/** The intervals of all values of a run that can be kept, by name; computed once, when the samples are at hand. */
export function storedIntervals(
  view: MetricsView,
  timeline: Timeline | undefined,
): Record<string, [low: number | null, high: number | null]> {
  const facts = { view, confidence: STORED_CONFIDENCE, timeline }
  const entries = STORED_STATISTICS.flatMap((statistic) => {
    const measured = statistic.kind === 'scalar' ? view.scalar(statistic.name) : undefined
    if (statistic.kind === 'scalar' && measured === undefined) return []
    const interval = intervalOf(statistic, facts)
    return interval === undefined ? [] : [[statistic.name, [interval.low, interval.high]] as const]
  })
  return Object.fromEntries(entries) as Record<string, [number | null, number | null]>
}

/** @throws ConfigError for a statistic that results do not keep with its interval */
export function requireStored(regressions: readonly ParsedRegression[]): void {
  const missing = regressions.find(({ statistic }) => STORED_STATISTICS.every(({ name }) => name !== statistic.name))
  if (missing !== undefined)
    throw failing(
      'regression',
      missing.expression,
    )(
      `a stored result keeps avg, p50, p90, p95, p99 and p99.9 of times and speeds, and the rates and shares of a run; it does not keep ${missing.statistic.name}`,
    )
}

/** @returns undefined where the result measured no such thing */
export function storedValue(result: Result, statistic: Statistic): StoredValue | undefined {
  const found = measuredValue(result, statistic)
  if (found === undefined) return undefined
  const ends = result.intervals?.[statistic.name]
  return { ...found, interval: ends && { low: ends[0], high: ends[1] } }
}

function measuredValue(result: Result, statistic: Statistic): { value: number; n: number } | undefined {
  if (statistic.kind === 'scalar') {
    const value = factsOf(statistic.name).inResult(result)
    return value === null || value === undefined ? undefined : { value, n: result.summary.totalRequests }
  }
  if (statistic.kind === 'errors') return undefined
  const distribution = result.distributions[statistic.metric]
  if (distribution === undefined) return undefined
  const { n, mean } = distribution
  if (statistic.kind === 'avg') return { value: mean, n }
  const key = statistic.kind === 'percentile' ? PERCENTILES.find(([p]) => p === statistic.p)?.[1] : undefined
  return key === undefined ? undefined : { value: distribution[key], n }
}

/** Two results to compare. */
export interface Against {
  /** Of the baseline, for messages. */
  name: string
  baseline: Result
  current: Result
}

/**
 * Judges a run against a stored result.
 *
 * @returns one for each regression: `limit` is the worst value allowed, `interval` that of this run, both in the value's
 *   own unit. Nothing measured on either side is a failure; a baseline without intervals leaves everything undecided
 */
export function judgeAgainst(regressions: readonly ParsedRegression[], against: Against): ThresholdResult[] {
  const view = viewAgainst(against)
  return regressions.map((gate) => {
    const { verdict, message, evidence } = evaluate(gate, view)
    const { before, after } = evidence
    const interval = before && after?.interval
    return {
      expression: `${gate.key} at most ${gate.tolerance.text} worse than baseline ${against.name}`,
      unit: gate.unit,
      n: after?.n ?? 0,
      actual: after?.value ?? null,
      limit: before === undefined || after === undefined ? 0 : worstAllowed(gate, before.value),
      ...(interval && { interval: [interval.low, interval.high] as [number | null, number | null] }),
      verdict,
      message,
    }
  })
}

interface StoredEvidence extends Evidence {
  before: StoredValue | undefined
  after: StoredValue | undefined
}

function viewAgainst({ name, baseline, current }: Against): GateView<ParsedRegression, StoredEvidence> {
  return {
    read({ statistic, quantity, tolerance }) {
      const before = storedValue(baseline, statistic)
      const after = storedValue(current, statistic)
      if (before === undefined || after === undefined) {
        const where = before === undefined ? ` in baseline ${name}` : ' in this run'
        return { before, after, value: null, n: 0, interval: undefined, told: { shown: '', where, facts: [] } }
      }
      const { scale } = tolerance
      const { value, interval } = scale === 'relative' ? relativeChange(before, after) : absoluteChange(before, after)
      return {
        before,
        after,
        value,
        // Without an interval a change cannot be told from chance.
        interval: interval ?? { low: null, high: null },
        n: after.n,
        told: {
          shown: changeText(value, interval, { scale, quantity }),
          facts: [
            betweenText(before.value, after.value, quantity, ` of baseline ${name}`),
            `n = ${formatCount(after.n)} against ${formatCount(before.n)}`,
            ...(interval === undefined ? [] : [formatConfidence(STORED_CONFIDENCE)]),
          ],
          wanting: interval === undefined ? `Baseline ${name} has no intervals; save it again.` : undefined,
        },
      }
    },
  }
}

function worstAllowed({ worse, tolerance }: ParsedRegression, before: number): number {
  const amount = (worse === 'higher' ? 1 : -1) * tolerance.value
  return tolerance.scale === 'relative' ? before * (1 + amount) : before + amount
}
