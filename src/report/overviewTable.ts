/** "Performance overview:", one row for each level of a sweep. */
import type { Result } from '../result/index.ts'
import { figure } from './figures.ts'
import { drawTable } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'

export const OVERVIEW_TITLE = 'Performance overview:'

/** Titles and rows of cells, in the order of the levels. */
export function overviewCells(results: readonly Result[]): { head: string[]; rows: string[][] } {
  return {
    head: ['Concurrency', 'Rate', 'Requests', 'RPS', 'Output tok/s', 'Avg latency (s)', 'P99 latency (s)', 'Success'],
    rows: results.map(({ summary, config, distributions }) => [
      summary.concurrency === null ? 'no limit' : String(summary.concurrency),
      rateCell(config['rate']),
      String(summary.totalRequests),
      figure(summary.qps, 3),
      figure(summary.outputTokensPerSecond, 2),
      figure(summary.latencySeconds, 3),
      figure(inSeconds(distributions['latency']?.p99), 3),
      shareCell(summary.succeededRequests, summary.totalRequests),
    ]),
  }
}

export function overviewTable(results: readonly Result[], style: TerminalStyle): string {
  return drawTable({ ...overviewCells(results), align: 'center', ruled: false }, style)
}

/** A share of all that is never rounded up to all. */
export function shareCell(part: number, whole: number): string {
  if (whole === 0) return figure(undefined, 1)
  const percent = (part / whole) * 100
  return `${part < whole ? Math.min(99.9, Number(percent.toFixed(1))) : 100} %`
}

function rateCell(rate: unknown): string {
  return typeof rate === 'number' && rate > 0 ? figure(rate, 3) : 'unpaced'
}

function inSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000
}
