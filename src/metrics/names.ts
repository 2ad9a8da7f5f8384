/** The names of metrics as types and lists, and what each is known by: all out of METRICS. */
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
