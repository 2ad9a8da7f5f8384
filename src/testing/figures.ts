/** The figures of a result as names and values, which a JUnit file has as `<property>`. */
import { HEADLINE_METRICS } from '../metrics/index.ts'
import type { Result, ThresholdResult } from '../result/index.ts'

/** Every figure of ours begins so. */
export const FIGURE_PREFIX = 'perf.'

export interface Figure {
  /** For instance `perf.p99_latency_seconds`; the unit is in the name. */
  name: string
  value: string
}

const RANKS = ['p50', 'p90', 'p95', 'p99', 'max'] as const

/**
 * @param level put before the names in a sweep, for instance `parallel_4`
 */
export function figuresOf(result: Result, level?: string): Figure[] {
  const { summary, distributions } = result
  const values: [string, number | string | null][] = [
    ['verdict', result.verdict],
    ['endpoint', result.endpoint.embedded ? 'embedded server' : null],
    ['time_taken_seconds', summary.timeTakenSeconds],
    ['concurrency', summary.concurrency],
    ['total_requests', summary.totalRequests],
    ['succeeded_requests', summary.succeededRequests],
    ['failed_requests', summary.failedRequests],
    ['qps', summary.qps],
    ['avg_latency_seconds', summary.latencySeconds],
    ['avg_ttft_seconds', summary.ttftSeconds],
    ['output_tokens_per_second', summary.input === undefined ? summary.outputTokensPerSecond : null],
    ['input_tokens_per_second', summary.input?.tokensPerSecond ?? null],
    ['items_per_second', summary.input?.itemsPerSecond ?? null],
    ['avg_tpot_seconds', summary.tpotSeconds],
    ['packages_per_request', summary.packagesPerRequest],
    ['avg_package_latency_seconds', summary.packageLatencySeconds],
    ['input_tokens_per_request', summary.inputTokensPerRequest],
    ['output_tokens_per_request', summary.outputTokensPerRequest],
    ['total_cost', result.cost?.total ?? null],
    ['cost_per_request', result.cost?.perRequest ?? null],
    ['cost_per_session', result.cost?.perSession ?? null],
    ['energy_joules', result.server?.energy?.joules ?? null],
    ['currency', result.cost?.currency ?? null],
    ['expected_requests', summary.expectedRequests],
    ['result_db_path', summary.resultDbPath],
  ]
  for (const time of HEADLINE_METRICS) {
    const distribution = distributions[time]
    if (distribution) for (const rank of RANKS) values.push([`${rank}_${time}_seconds`, distribution[rank] / 1000])
  }
  const prefix = level === undefined ? FIGURE_PREFIX : `${FIGURE_PREFIX}${level}.`
  return [
    ...values.flatMap(([name, value]) => (value === null ? [] : { name: prefix + name, value: text(value) })),
    ...result.thresholds.map((threshold) => ({
      name: `${prefix}threshold ${threshold.expression}`,
      value: judged(threshold),
    })),
  ]
}

const NUMBER = new Intl.NumberFormat('en-US', { useGrouping: false, maximumSignificantDigits: 6 })

/** Counts whole, the rest with six significant digits; never in exponent form, which few readers of JUnit take. */
function text(value: number | string): string {
  if (typeof value === 'string' || Number.isInteger(value)) return String(value)
  return NUMBER.format(value)
}

function judged({ verdict, actual, unit, n }: ThresholdResult): string {
  const measured = actual === null ? 'nothing measured' : `${text(actual)} ${unit}`.trim()
  return `${verdict}: ${measured} (n ${n})`
}
