/** "Cost:", of runs with prices: of the whole, of a request, and of a conversation. */
import type { Result } from '../result/index.ts'
import { figure } from './figures.ts'
import { drawTable } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'

export const COST_TITLE = 'Cost:'
export const COST_HEAD = ['Cost of', 'Amount', 'Currency']

/** More digits than other metrics: a request costs small parts of a unit. */
const DIGITS = 6

/** Empty where a run has no prices. */
export function costRows({ cost, summary }: Result): string[][] {
  if (cost === undefined) return []
  const { currency, total, perRequest, perSession } = cost
  const tokens = (summary.outputTokensPerRequest ?? 0) * summary.succeededRequests
  const amounts: [string, number | null][] = [
    ['the run', total],
    ['a request, on average', perRequest],
    ['a conversation, on average', perSession],
    ['1,000 output tokens, with their input', tokens > 0 ? (total / tokens) * 1000 : null],
  ]
  return amounts.flatMap(([name, amount]) => (amount === null ? [] : [[name, figure(amount, DIGITS), currency]]))
}

export function costTable(result: Result, style: TerminalStyle): string {
  const rows = costRows(result)
  return rows.length === 0 ? '' : drawTable({ head: COST_HEAD, rows, align: 'left', ruled: false }, style)
}
