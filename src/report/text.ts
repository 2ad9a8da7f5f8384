/** A result as text: its tables, the verdict, and where the files are. */
import type { Result } from '../result/index.ts'
import { coloured } from './colour.ts'
import { CONVERSATION_TITLE, conversationLine, conversationTable } from './conversationTable.ts'
import { COST_TITLE, costTable } from './costTable.ts'
import { PERCENTILE_TITLE, type PercentileTableOptions, percentileTable } from './percentileTable.ts'
import { PROMPT_CACHE_TITLE, promptCacheTable } from './promptCacheTable.ts'
import { MACHINE_TITLE, machineTable, SERVER_TITLE, serverSentences, serverTable } from './serverTable.ts'
import { SPEED_TITLE, speedTable } from './speedTable.ts'
import { SUMMARY_TITLE, summaryTable } from './summaryTable.ts'
import { PLAIN_STYLE, type TerminalStyle } from './terminal.ts'
import { verdictLines } from './verdictLines.ts'
import { WORKLOAD_TITLE, workloadTable } from './workloadTable.ts'
import { wrapText } from './wrapping.ts'

/**
 * @param style facts of the terminal, from `terminalStyle(stream)`; what is left out is as in a log file
 * @returns lines without a newline at the end
 */
export function renderText(
  result: Result,
  style: Partial<TerminalStyle> = {},
  options: PercentileTableOptions = {},
): string {
  const terminal = { ...PLAIN_STYLE, ...style }
  const parts = [
    `${coloured('bold', SUMMARY_TITLE, terminal)}\n${summaryTable(result.summary, terminal)}`,
    `${coloured('bold', PERCENTILE_TITLE, terminal)}\n${percentileTable(result.percentiles, terminal, options)}`,
    workloadPart(result, terminal),
    costPart(result, terminal),
    promptCachePart(result, terminal),
    conversationPart(result, terminal),
    serverPart(result, terminal),
    result.speed === undefined
      ? ''
      : `${coloured('bold', SPEED_TITLE, terminal)}\n${speedTable(result.speed, terminal)}`,
    verdictLines(result, terminal).join('\n'),
    fileLines(result).join('\n'),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function workloadPart(result: Result, style: TerminalStyle): string {
  const table = workloadTable(result, style)
  return table === '' ? '' : `${coloured('bold', WORKLOAD_TITLE, style)}\n${table}`
}

function costPart(result: Result, style: TerminalStyle): string {
  const table = costTable(result, style)
  return table === '' ? '' : `${coloured('bold', COST_TITLE, style)}\n${table}`
}

function promptCachePart(result: Result, style: TerminalStyle): string {
  const table = promptCacheTable(result, style)
  return table === '' ? '' : `${coloured('bold', PROMPT_CACHE_TITLE, style)}\n${table}`
}

function serverPart(result: Result, style: TerminalStyle): string {
  if (result.server === undefined) return ''
  const table = serverTable(result, style)
  const machines = machineTable(result, style)
  return [
    coloured('bold', SERVER_TITLE, style),
    ...(table === '' ? [] : [table]),
    ...(machines === '' ? [] : [coloured('bold', MACHINE_TITLE, style), machines]),
    ...serverSentences(result).flatMap((text) => wrapText(text, style.columns, 2)),
  ].join('\n')
}

function conversationPart(result: Result, style: TerminalStyle): string {
  const line = conversationLine(result)
  if (line === undefined) return ''
  return [
    coloured('bold', CONVERSATION_TITLE, style),
    conversationTable(result, style),
    ...wrapText(line, style.columns, 2),
  ].join('\n')
}

/** Never wrapped, however long: a path is there to be copied. */
function fileLines({ summary }: Result): string[] {
  const db = summary.resultDbPath
  return db === null ? [] : [`Result DB:   ${db}`, `Result JSON: ${db.replace(/\.db$/, '')}.json`]
}
