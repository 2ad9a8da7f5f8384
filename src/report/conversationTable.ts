/** "Conversations:": what became of them, and each turn by itself. */
import type { Result } from '../result/index.ts'
import { figure, NOT_MEASURED } from './figures.ts'
import { drawTable } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'

export const CONVERSATION_TITLE = 'Conversations:'

/** Rows in the table; the result JSON has more. */
const SHOWN_TURNS = 12

export const TURN_HEAD = [
  'Turn',
  'Succeed',
  'Failed',
  'Avg TTFT',
  'p99 TTFT',
  'Avg latency',
  'Avg input tokens',
  'Cache hits',
]

/** Undefined where the run held no conversations. */
export function conversationLine({ conversations, distributions }: Result): string | undefined {
  if (conversations === undefined) return undefined
  const { total, completed, abandoned, unfinished, cacheHitShare } = conversations
  const seconds = (name: string): string => figure((distributions[name]?.mean ?? Number.NaN) / 1000, 3)
  return [
    `${total} conversations: ${completed} completed, ${abandoned} abandoned after a failed turn, ${unfinished} cut off`,
    `average duration ${seconds('conversationDuration')} s, turns ${figure(distributions['conversationTurns']?.mean, 2)}`,
    `average TTFT of first turns ${seconds('firstTurnTtft')} s, of later turns ${seconds('laterTurnTtft')} s`,
    ...(cacheHitShare === null ? [] : [`cached input tokens ${percent(cacheHitShare)}`]),
  ].join('; ')
}

export function turnRows({ conversations }: Result): string[][] {
  const rows = (conversations?.perTurn ?? []).map(
    ({ turn, andLater, succeeded, failed, ttftMs, latencyMs, inputTokens, cacheHitShare }) => [
      andLater ? `${turn}+` : String(turn),
      String(succeeded),
      String(failed),
      figure((ttftMs?.mean ?? Number.NaN) / 1000, 4),
      figure((ttftMs?.p99 ?? Number.NaN) / 1000, 4),
      figure((latencyMs?.mean ?? Number.NaN) / 1000, 4),
      figure(inputTokens, 1),
      cacheHitShare === null ? NOT_MEASURED : percent(cacheHitShare),
    ],
  )
  return rows.length <= SHOWN_TURNS ? rows : [...rows.slice(0, SHOWN_TURNS), ['…', ...TURN_HEAD.slice(1).map(() => '')]]
}

/** Empty where the run held no conversations. */
export function conversationTable(result: Result, style: TerminalStyle): string {
  const rows = turnRows(result).map((row) => (style.unicode ? row : row.map((cell) => cell.replace('…', '...'))))
  return rows.length === 0 ? '' : drawTable({ head: TURN_HEAD, rows, align: 'center', ruled: false }, style)
}

function percent(share: number): string {
  return `${figure(share * 100, 1)} %`
}
