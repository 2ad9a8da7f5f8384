/** The single numbers of a result with their names and units, for formats that list metrics. */
import type { Result, ThresholdResult } from '../../result/index.ts'

export interface Gauge {
  /** In snake case, ending with the unit where it has one. */
  name: string
  unit: string
  help: string
  value: number
}

/** What was not measured is left out. */
export function summaryGauges({ summary, rates, client }: Result): Gauge[] {
  const gauges: [name: string, unit: string, help: string, value: number | null][] = [
    ['time_taken_seconds', 'seconds', 'First start to last end of the measured phase', summary.timeTakenSeconds],
    ['concurrency', '', 'Configured requests in flight', summary.concurrency],
    ['queries_per_second', '', 'Succeeded requests per second', summary.qps],
    ['output_tokens_per_second', '', 'Output tokens per second', summary.outputTokensPerSecond],
    ['all_tokens_per_second', '', 'Input and output tokens per second', rates.totalTokensPerSecond],
    ['success_rate_ratio', 'ratio', 'Share of requests that succeeded', rates.successRate],
    ['goodput_per_second', '', 'Requests per second that met every objective', rates.goodput],
    ['latency_mean_seconds', 'seconds', 'Mean latency', summary.latencySeconds],
    ['ttft_mean_seconds', 'seconds', 'Mean time to first token', summary.ttftSeconds],
    ['tpot_mean_seconds', 'seconds', 'Mean time per output token', summary.tpotSeconds],
    ['client_valid', '', '1 when the load generator was not the bottleneck', client.valid ? 1 : 0],
  ]
  return gauges.flatMap(([name, unit, help, value]) => (value === null ? [] : [{ name, unit, help, value }]))
}

export function thresholdName({ expression }: ThresholdResult): string {
  return expression
}
