/** "Benchmarking summary:", with the keys, the order and the rounding of EvalScope's quick start. */
import type { Summary } from '../result/index.ts'
import { figure, NOT_MEASURED } from './figures.ts'
import { drawTable, TWO_COLUMN_FRAME } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'
import { displayWidth, wrapPath, wrapText } from './wrapping.ts'

export const SUMMARY_TITLE = 'Benchmarking summary:'

/** The value column is not made narrower than this to make room for keys. */
const LEAST_VALUE_COLUMNS = 16

/** Keys are spelled as there ("senconds" included), because scripts look rows up by key. */
export function summaryRows(summary: Summary): [key: string, value: string][] {
  return [
    ['Time taken for tests (senconds)', figure(summary.timeTakenSeconds, 3)],
    ['Number of concurrency', figure(summary.concurrency, 0)],
    ['Total requests', figure(summary.totalRequests, 0)],
    ['Succeed requests', figure(summary.succeededRequests, 0)],
    ['Failed requests', figure(summary.failedRequests, 0)],
    ['Average QPS', figure(summary.qps, 3)],
    ['Average latency', figure(summary.latencySeconds, 3)],
    ...(summary.input === undefined ? generatedRows(summary) : inputRows(summary, summary.input)),
    ['Expected number of requests', figure(summary.expectedRequests, 0)],
    ['Result DB path', summary.resultDbPath ?? NOT_MEASURED],
  ]
}

function generatedRows(summary: Summary): [key: string, value: string][] {
  return [
    ['Average time to first token', figure(summary.ttftSeconds, 3)],
    ['Throughput(average output tokens per second)', figure(summary.outputTokensPerSecond, 3)],
    ['Average time per output token', figure(summary.tpotSeconds, 5)],
    ['Average package per request', figure(summary.packagesPerRequest, 3)],
    ['Average package latency', figure(summary.packageLatencySeconds, 3)],
    ['Average input tokens per request', figure(summary.inputTokensPerRequest, 3)],
    ['Average output tokens per request', figure(summary.outputTokensPerRequest, 3)],
  ]
}

/** Embeddings and rankings have no tokens to wait for: what counts is how much input is worked off. */
function inputRows(summary: Summary, input: NonNullable<Summary['input']>): [key: string, value: string][] {
  return [
    ['Throughput(average input tokens per second)', figure(input.tokensPerSecond, 3)],
    ['Throughput(average items per second)', figure(input.itemsPerSecond, 3)],
    ['Average input tokens per request', figure(summary.inputTokensPerRequest, 3)],
    ['Average items per request', figure(input.itemsPerRequest, 3)],
  ]
}

export function summaryTable(summary: Summary, style: TerminalStyle): string {
  const rows = summaryRows(summary)
  const columns = style.columns - TWO_COLUMN_FRAME
  const longestKey = Math.max(...rows.map(([key]) => displayWidth(key)))
  const keyColumns = Math.max(LEAST_VALUE_COLUMNS, Math.min(longestKey, columns - LEAST_VALUE_COLUMNS))
  const valueColumns = Math.max(LEAST_VALUE_COLUMNS, columns - keyColumns)
  const fitted = rows.map(([key, value]) => [
    wrapText(key, keyColumns).join('\n'),
    wrapPath(value, valueColumns).join('\n'),
  ])
  return drawTable({ head: ['key', 'Value'], rows: fitted, align: 'left', ruled: true }, style)
}
