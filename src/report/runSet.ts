/** What reports and exports are made from: results, with the rows of their DBs where there are any, and how they stand beside each other. */

import type { StoredRequest } from '../records/index.ts'
import type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'
import { effectiveSize, quantileRanks, valueAt } from '../stats/index.ts'
import { type Cell, figure, shareText, signed, type TableSection, tableOf } from './document.ts'

/** The rows of a result DB, read anew at each call; without their texts where those are not needed. */
export type RowSource = (options: { withoutTexts: boolean }) => Iterable<StoredRequest>

export interface ReportRun {
  result: Result
  /** Undefined where there is no DB: what needs the requests is left out, or refused. */
  requests: RowSource | undefined
  /** True for a side of a comparison and a level of a capacity search: those have the verdict, not it. */
  isPart?: boolean
}

/** What one report is about. */
export interface ReportSet {
  runs: readonly ReportRun[]
  comparisons: readonly ComparisonResult[]
  capacities: readonly CapacityResult[]
}

/** Names of runs, with what tells them apart where several have the same. */
export function labelsOf(results: readonly Result[]): string[] {
  const attempts = [
    (result: Result) => result.name,
    (result: Result) => `${result.name}, ${loadOf(result)}`,
    (result: Result) => `${result.name}, ${loadOf(result)}, ${result.startedAt}`,
  ]
  const columns = attempts.map((name) => results.map(name))
  return results.map((_, i) => {
    // The first form that no other run has.
    const found = columns.find((names) => names.filter((name) => name === names[i]).length === 1)
    return found?.[i] ?? `${i + 1}: ${columns[1]![i]}`
  })
}

/** `4 in parallel`, `10/s` or `open loop`. */
export function loadOf({ summary, config }: Result): string {
  const rate = Number(config['rate'] ?? -1)
  if (rate > 0) return `${rate}/s`
  return summary.concurrency === null ? 'open loop' : `${summary.concurrency} in parallel`
}

/** What can be said of a run in one cell. */
const RUN_COLUMNS = {
  verdict: { title: 'Verdict', cell: ({ verdict }) => ({ verdict }) },
  load: { title: 'Load', cell: loadOf },
  concurrency: {
    title: 'Concurrency',
    cell: ({ summary }) => (summary.concurrency === null ? 'no limit' : String(summary.concurrency)),
  },
  rate: {
    title: 'Rate',
    cell: ({ config }) => (Number(config['rate'] ?? -1) > 0 ? figure(Number(config['rate']), 3) : 'unpaced'),
  },
  requests: { title: 'Requests', cell: ({ summary }) => String(summary.totalRequests) },
  failed: { title: 'Failed', cell: ({ summary }) => `${summary.failedRequests} of ${summary.totalRequests}` },
  success: { title: 'Success', cell: ({ summary }) => shareText(summary.succeededRequests, summary.totalRequests) },
  qps: { title: 'RPS', cell: ({ summary }) => figure(summary.qps, 3) },
  outputTokens: { title: 'Output tok/s', cell: ({ summary }) => figure(summary.outputTokensPerSecond, 2) },
  averageLatency: { title: 'Avg latency (s)', cell: ({ summary }) => figure(summary.latencySeconds, 3) },
  p99LatencySeconds: {
    title: 'P99 latency (s)',
    cell: ({ distributions }) => figure((distributions['latency']?.p99 ?? Number.NaN) / 1000, 3),
  },
  latencyP50: { title: 'Latency p50, ms', cell: ({ distributions }) => figure(distributions['latency']?.p50, 1) },
  latencyP99: { title: 'Latency p99, ms', cell: ({ distributions }) => figure(distributions['latency']?.p99, 1) },
  ttftP50: { title: 'TTFT p50, ms', cell: ({ distributions }) => figure(distributions['ttft']?.p50, 1) },
  ttftP99: { title: 'TTFT p99, ms', cell: ({ distributions }) => figure(distributions['ttft']?.p99, 1) },
} as const satisfies Record<string, { title: string; cell: (result: Result) => Cell }>

export type RunColumn = keyof typeof RUN_COLUMNS

export function runTitles(columns: readonly RunColumn[]): string[] {
  return columns.map((name) => RUN_COLUMNS[name].title)
}

export function runCells<Name extends RunColumn>(
  result: Result,
  columns: readonly Name[],
): ReturnType<(typeof RUN_COLUMNS)[Name]['cell']>[] {
  return columns.map((name) => RUN_COLUMNS[name].cell(result) as ReturnType<(typeof RUN_COLUMNS)[Name]['cell']>)
}

const OVERVIEW = [
  'concurrency',
  'rate',
  'requests',
  'qps',
  'outputTokens',
  'averageLatency',
  'p99LatencySeconds',
  'success',
] as const

/** "Performance overview:", one row for each level of a sweep, in their order. */
export function overviewSection(results: readonly Result[]): TableSection {
  const rows = results.map((result) => runCells(result, OVERVIEW))
  return { kind: 'table', title: 'Performance overview:', table: tableOf(runTitles(OVERVIEW), rows), layout: 'center' }
}

/** What of a run is shown beside others in a pull request. */
export const METRIC_COLUMNS = [
  'qps',
  'outputTokens',
  'latencyP50',
  'latencyP99',
  'ttftP50',
  'ttftP99',
  'failed',
] as const

export const COMPARED = [
  { metric: 'latency', quantile: 0.5, title: 'latency p50' },
  { metric: 'latency', quantile: 0.99, title: 'latency p99' },
  { metric: 'ttft', quantile: 0.5, title: 'TTFT p50' },
  { metric: 'ttft', quantile: 0.99, title: 'TTFT p99' },
] as const

export interface ComparedFigure {
  /** Milliseconds; null where nothing was measured. */
  value: number | null
  /** 95 %; an end is null where n is too small for a finite one. Absent without the requests. */
  interval: [number | null, number | null] | undefined
}

const CONFIDENCE = 0.95

/** One percentile for each of COMPARED, from the requests where they are at hand; its rule is that of docs/metrics.md. */
export function comparedFigures({ result, requests }: ReportRun): ComparedFigure[] {
  const series = requests === undefined ? undefined : readSeries(requests)
  return COMPARED.map(({ metric, quantile }) => {
    const samples = series?.[metric]
    if (samples === undefined || samples.length === 0) {
      const found = result.distributions[metric]
      return { value: (quantile === 0.5 ? found?.p50 : found?.p99) ?? null, interval: undefined }
    }
    const sorted = Float64Array.from(samples).sort()
    const n = sorted.length
    const { low, high } = quantileRanks(n, quantile, CONFIDENCE, effectiveSize(samples))
    return {
      value: valueAt(sorted, quantile),
      interval: [low === null ? null : sorted[low - 1]!, high === null ? null : sorted[high - 1]!],
    }
  })
}

function readSeries(requests: RowSource): Record<'latency' | 'ttft', number[]> {
  const series = { latency: [] as number[], ttft: [] as number[] }
  for (const row of requests({ withoutTexts: true })) {
    if (row.warmup === 1 || row.success !== 1) continue
    if (row.latency !== null) series.latency.push(Number(row.latency) * 1000)
    const first = row.time_to_first_token ?? (row.is_stream === 1 ? null : row.latency)
    if (first !== null) series.ttft.push(Number(first) * 1000)
  }
  return series
}

/** The percentiles of runs beside each other, with their intervals, and how far each is from the first. */
export function intervalSection(
  labels: readonly string[],
  figures: readonly (readonly ComparedFigure[])[],
): TableSection {
  const rows = labels.map((label, i) => [
    label,
    ...figures[i]!.map((one, k) => intervalText(one, figures[0]![k]!, i === 0)),
  ])
  return {
    kind: 'table',
    title: 'Figures and intervals',
    unit: 'milliseconds',
    table: tableOf(['Run', ...COMPARED.map(({ title }) => title)], rows),
    layout: 'left',
  }
}

function intervalText({ value, interval }: ComparedFigure, base: ComparedFigure, isBase: boolean): string {
  if (value === null) return figure(value, 1)
  const range =
    interval === undefined
      ? ''
      : ` [${figure(interval[0], 1)}, ${interval[1] === null ? 'unbounded' : figure(interval[1], 1)}]`
  const shift =
    isBase || base.value === null || base.value === 0 ? '' : ` (${signed((value / base.value - 1) * 100)} %)`
  return `${figure(value, 1)}${range}${shift}`
}
