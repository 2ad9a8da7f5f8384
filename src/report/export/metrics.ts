/** What formats that list metrics write: the single values of a result with their units, and the metrics of each row. */
import { type DistributionName, factsOf, HEADLINE_METRICS, SCALAR_NAMES, snakeCase } from '../../metrics/index.ts'
import type { StoredRequest } from '../../records/index.ts'
import type { Result, ThresholdResult } from '../../result/index.ts'

export interface Gauge {
  /** In snake case, ending with the unit where it has one. */
  name: string
  unit: string
  help: string
  value: number
}

/** Every single number of a run, and the means of its main metrics; what was not measured is left out. */
export function summaryGauges(result: Result): Gauge[] {
  const { summary, client, distributions } = result
  const ofRun = SCALAR_NAMES.flatMap((name): MaybeGauge[] => {
    const { gauge, quantity, about, inResult } = factsOf(name)
    const unit = quantity === 'duration' ? 'seconds' : quantity === 'share' ? 'ratio' : ''
    return gauge === null ? [] : [[gauge, unit, withoutStop(about), inResult(result)]]
  })
  const means = HEADLINE_METRICS.map((name): MaybeGauge => {
    const milliseconds = distributions[name]?.mean
    return [
      `${snakeCase(name)}_mean_seconds`,
      'seconds',
      `Mean of ${name}: ${withoutStop(factsOf(name).about)}`,
      milliseconds === undefined ? null : milliseconds / 1000,
    ]
  })
  const gauges: MaybeGauge[] = [
    ...ofRun,
    ['concurrency', '', 'Configured requests in flight', summary.concurrency],
    ...means,
    ['client_valid', '', '1 when the load generator was not the bottleneck', client.valid ? 1 : 0],
  ]
  return gauges.flatMap(([name, unit, help, value]) =>
    value === null || value === undefined ? [] : [{ name, unit, help, value }],
  )
}

type MaybeGauge = [name: string, unit: string, help: string, value: number | null | undefined]

/** A help text of OpenMetrics is a phrase. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '')
}

export function thresholdName({ expression }: ThresholdResult): string {
  return expression
}

type Reader = (row: StoredRequest) => number | null

const ms = (value: number | string | null): number | null => (value === null ? null : Number(value) * 1000)
const count = (value: number | string | null): number | null => (value === null ? null : Number(value))

/** Of a row of the result DB, in milliseconds (counts for tokens), by the names of thresholds. */
export const ROW_METRICS = {
  latency: (row) => ms(row.latency),
  ttft: (row) => ms(row.time_to_first_token ?? (row.is_stream === 1 ? null : row.latency)),
  firstChunkLatency: (row) => ms(row.first_chunk_latency),
  tpot: (row) => ms(row.time_per_output_token),
  dispatchDelay: (row) => ms(row.dispatch_delay),
  responseTime: (row) => (row.latency === null ? null : (Number(row.latency) + Number(row.dispatch_delay ?? 0)) * 1000),
  connect: (row) => ms(row.connect_time),
  inputTokens: (row) => count(row.prompt_tokens),
  outputTokens: (row) => count(row.completion_tokens),
} satisfies Partial<Record<DistributionName, Reader>>

export type RowMetric = keyof typeof ROW_METRICS

/** Rows of the measured phase that succeeded: only these enter distributions. */
export function* succeeded(rows: Iterable<StoredRequest>): Generator<StoredRequest> {
  for (const row of rows) if (row.warmup !== 1 && row.success === 1) yield row
}
