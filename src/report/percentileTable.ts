/** "Percentile results:", as in EvalScope's quick start, in seconds. */
import type { PercentileRow } from '../result/index.ts'
import { figure } from './figures.ts'
import { drawTable } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'

export const PERCENTILE_TITLE = 'Percentile results:'

export interface PercentileTableOptions {
  /** Also TTFT, TPOT and ITL. Default false: the three published columns. */
  detailed?: boolean
}

type PercentileColumn = [title: string, cell: (row: PercentileRow) => string]

const PUBLISHED: PercentileColumn[] = [
  ['Percentile', (row) => `${row.percentile}%`],
  ['First Chunk Latency', (row) => figure(row.firstChunkLatencySeconds, 4)],
  ['Latency', (row) => figure(row.latencySeconds, 4)],
]

/** Times between tokens are of the order of a millisecond, so they get the five places of the summary. */
const DETAILED: PercentileColumn[] = [
  ...PUBLISHED,
  ['TTFT', (row) => figure(row.ttftSeconds, 4)],
  ['TPOT', (row) => figure(row.tpotSeconds, 5)],
  ['ITL', (row) => figure(row.itlSeconds, 5)],
]

/** Titles and rows of cells. */
export function percentileCells(
  rows: readonly PercentileRow[],
  { detailed = false }: PercentileTableOptions = {},
): { head: string[]; rows: string[][] } {
  const columns = detailed ? DETAILED : PUBLISHED
  return { head: columns.map(([title]) => title), rows: rows.map((row) => columns.map(([, cell]) => cell(row))) }
}

export function percentileTable(
  rows: readonly PercentileRow[],
  style: TerminalStyle,
  options: PercentileTableOptions = {},
): string {
  return drawTable({ ...percentileCells(rows, options), align: 'center', ruled: false }, style)
}
