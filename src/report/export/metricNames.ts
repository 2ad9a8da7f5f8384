/** Metrics of a row of the result DB, in milliseconds (counts for tokens), by the names of thresholds. */
import type { DistributionName } from '../../metrics/index.ts'
import type { StoredRequest } from '../../records/index.ts'

type Reader = (row: StoredRequest) => number | null

const ms = (value: number | string | null): number | null => (value === null ? null : Number(value) * 1000)
const count = (value: number | string | null): number | null => (value === null ? null : Number(value))

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
