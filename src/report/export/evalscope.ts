/** The four files of an EvalScope run, with its names: summary, percentiles over nine metrics, arguments, log. */
import { DistributionRecorder } from '../../metrics/index.ts'
import { readGaps, type StoredRequest } from '../../records/index.ts'
import type { Result } from '../../result/index.ts'
import { renderText } from '../renderText.ts'
import { runDocument } from '../runDocument.ts'
import type { ReportRun } from '../runSet.ts'
import type { ExportFormat } from './format.ts'

const PERCENTILES = [10, 25, 50, 66, 75, 80, 90, 95, 98, 99] as const

/** Column of the percentile table, and the figure of one succeeded request. */
const METRICS: Record<string, (row: StoredRequest) => (number | null)[]> = {
  'TTFT (s)': (row) => [number(row.time_to_first_token)],
  'ITL (s)': readGaps,
  'TPOT (s)': (row) => [number(row.time_per_output_token)],
  'Latency (s)': (row) => [number(row.latency)],
  'Input tokens': (row) => [number(row.prompt_tokens)],
  'Output tokens': (row) => [number(row.completion_tokens)],
  'Output (tok/s)': (row) => [perSecond(row.completion_tokens, row.latency)],
  'Total (tok/s)': (row) => [perSecond(sum(row.prompt_tokens, row.completion_tokens), row.latency)],
  'Decode (tok/s)': (row) => [perSecond(1, row.time_per_output_token)],
}

export const evalscope: ExportFormat = {
  name: 'evalscope',
  description: 'benchmark_summary.json, _percentile.json, _args.json and benchmark.log, as EvalScope names them',
  joins: false,
  needsRequests: true,
  write: ([run]) => [
    file('benchmark_summary.json', json(summaryOf(run!.result))),
    file('benchmark_percentile.json', json(percentilesOf(run!))),
    file('benchmark_args.json', json(run!.result.config)),
    file('benchmark.log', `${renderText(runDocument(run!.result))}\n`),
  ],
}

function file(name: string, content: string): { ending: string; content: string } {
  return { ending: `.evalscope/${name}`, content }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 4)}\n`
}

/** The rows of the summary table, by their titles there. */
function summaryOf({ summary }: Result): Record<string, unknown> {
  return {
    'Time taken for tests (s)': summary.timeTakenSeconds,
    'Number of concurrency': summary.concurrency,
    'Total requests': summary.totalRequests,
    'Succeed requests': summary.succeededRequests,
    'Failed requests': summary.failedRequests,
    'Average QPS': summary.qps,
    'Average latency (s)': summary.latencySeconds,
    'Average time to first token (s)': summary.ttftSeconds,
    'Output token throughput (tok/s)': summary.outputTokensPerSecond,
    'Average time per output token (s)': summary.tpotSeconds,
    'Average input tokens per request': summary.inputTokensPerRequest,
    'Average output tokens per request': summary.outputTokensPerRequest,
    'Result DB path': summary.resultDbPath,
  }
}

/** One row per percentile; null where no request has the figure. Of succeeded requests, without warmup. */
function percentilesOf({ requests }: ReportRun): Record<string, string | number | null>[] {
  const columns = Object.entries(METRICS).map(([name, read]) => ({ name, read, values: new DistributionRecorder(1e6) }))
  for (const row of requests!({ withoutTexts: false })) {
    if (row.success !== 1 || row.warmup === 1) continue
    for (const { read, values } of columns) for (const value of read(row)) if (value !== null) values.add(value)
  }
  return PERCENTILES.map((p) => ({
    Percentiles: `${p}%`,
    ...Object.fromEntries(columns.map(({ name, values }) => [name, values.n === 0 ? null : values.percentile(p)])),
  }))
}

function number(value: number | string | null): number | null {
  return typeof value === 'number' ? value : null
}

function sum(a: number | string | null, b: number | string | null): number | null {
  return typeof a === 'number' && typeof b === 'number' ? a + b : null
}

function perSecond(amount: number | string | null, seconds: number | string | null): number | null {
  return typeof amount === 'number' && typeof seconds === 'number' && seconds > 0 ? amount / seconds : null
}
