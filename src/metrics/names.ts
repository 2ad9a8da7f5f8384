/** The names of metrics as types and lists, all out of METRICS, and what gates and reports may ask of a run by them. */
import type { FailureCause } from '../samples/index.ts'
import type { Metric } from './metric.ts'
import { METRICS } from './metrics.ts'

export type MetricName = keyof typeof METRICS

/** Names of metrics of which the given facts are true. */
export type MetricsWith<Facts> = {
  [Name in MetricName]: (typeof METRICS)[Name] extends Facts ? Name : never
}[MetricName]

/** One number for a whole run. */
export type ScalarName = MetricsWith<{ of: 'run' }>

/** A metric with many values in a run: of requests, gaps, connections or conversations. */
export type DistributionName = Exclude<MetricName, ScalarName>

/** What other tools call a metric. */
export type AliasOf<Name extends MetricName> = (typeof METRICS)[Name]['aliases'][number]

/** What is known of a metric, by its name. */
export type FactsOf<Name extends MetricName> = Name extends ScalarName
  ? Extract<Metric, { of: 'run' }>
  : Exclude<Metric, { of: 'run' }>

const NAMES = Object.keys(METRICS) as MetricName[]
export const SCALAR_NAMES = NAMES.filter(isScalar)
export const DISTRIBUTION_NAMES = NAMES.filter((name): name is DistributionName => !isScalar(name))

/** What is shown of the many values without being asked for. */
export const HEADLINE_METRICS = DISTRIBUTION_NAMES.filter((name) => METRICS[name].headline)

/** Every way to write a name, aliases and snake case among them. */
const SPELLINGS = new Map<string, MetricName>(
  NAMES.flatMap((name) => [name, snakeCase(name), ...METRICS[name].aliases].map((word) => [word, name] as const)),
)

/** METRICS without the narrow types of its entries. */
export function factsOf<Name extends MetricName>(name: Name): FactsOf<Name> {
  return METRICS[name] as unknown as FactsOf<Name>
}

/** The metric that a user means: by its name, its name in snake case, or an alias; undefined: there is none. */
export function findMetric(word: string): MetricName | undefined {
  return SPELLINGS.get(word)
}

export function isScalar(name: MetricName): name is ScalarName {
  return METRICS[name].of === 'run'
}

/** `firstChunkLatency` becomes `first_chunk_latency`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export interface DistributionView {
  /** Number of samples. */
  readonly n: number
  readonly mean: number
  readonly stddev: number
  readonly min: number
  readonly max: number
  /** False when values come from a histogram rather than from the samples themselves. */
  readonly exact: boolean
  /** The value at index `min(n − 1, floor(p/100 × n))` of the ascending samples. @param p 0 to 100 */
  percentile(p: number): number
  /** The k-th smallest sample, k from 0 to n − 1. */
  orderStatistic(k: number): number
  /** Samples in the order in which they were finished, where they are kept; for intervals that respect correlation. */
  series(): Float64Array | undefined
  /** The first 100,000 samples in that order, however many there are: enough to tell how correlated neighbours are. */
  opening(): Float64Array
}

export interface Coverage {
  measured: number
  /** Answers that could have it: a time per token, for instance, takes two tokens. */
  of: number
}

export interface MetricsView {
  /** Undefined when not one sample was measured. */
  distribution(name: DistributionName): DistributionView | undefined
  /** Undefined when it has no meaning here (goodput without objectives, a cache-hit share the server does not report). */
  scalar(name: ScalarName): number | undefined
  /**
   * How many of the succeeded answers that could have a metric have it; undefined for one that is not of single answers.
   */
  coverage(name: DistributionName): Coverage | undefined
  /** Failed requests of one cause. */
  errors(cause: FailureCause): number
  /**
   * The same run at both ends of what the errors of its timestamps leave open: each value at its lower or upper end.
   * Absent where they leave nothing open.
   */
  readonly bounds?: MetricBounds | undefined
}

export interface MetricBounds {
  low: MetricsView
  high: MetricsView
}
