/** A result in GitHub-flavoured Markdown: the verdict first, then the tables. */
import type { Result } from '../result/index.ts'
import { printableLine } from '../secrets/index.ts'
import { CONVERSATION_TITLE, conversationLine, TURN_HEAD, turnRows } from './conversationTable.ts'
import { COST_HEAD, COST_TITLE, costRows } from './costTable.ts'
import { figure } from './figures.ts'
import { SIGNS } from './marks.ts'
import { PERCENTILE_TITLE, percentileCells } from './percentileTable.ts'
import { PROMPT_CACHE_HEAD, PROMPT_CACHE_TITLE, promptCacheRows } from './promptCacheTable.ts'
import {
  MACHINE_HEAD,
  MACHINE_TITLE,
  machineRows,
  SERVER_HEAD,
  SERVER_TITLE,
  serverRows,
  serverSentences,
} from './serverTable.ts'
import { plainWords } from './serverWords.ts'
import { SPEED_HEAD, SPEED_TITLE, speedCells } from './speedTable.ts'
import { SUMMARY_TITLE, summaryRows } from './summaryTable.ts'
import { failureSentences, noteSentences, thresholdSentence, verdictSentence } from './verdictLines.ts'
import { WORKLOAD_HEAD, WORKLOAD_TITLE, workloadRows } from './workloadTable.ts'

/** Of the distributions, these columns. */
const RANKS = ['n', 'mean', 'stddev', 'min', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const

/** @returns Markdown with a newline at its end */
export function renderMarkdown(result: Result): string {
  const { thresholds, client, summary, environment } = result
  const percentiles = percentileCells(result.percentiles, { detailed: true })
  const failures = failureSentences(result, '×')
  const parts = [
    `## ${SIGNS[result.verdict]} ${inline(plainWords(result.name))}`,
    `**${inline(verdictSentence(result))}**`,
    list(
      thresholds.map((threshold) => `${SIGNS[threshold.verdict]} ${inline(plainWords(thresholdSentence(threshold)))}`),
    ),
    client.valid
      ? ''
      : `> [!WARNING]\n> The load generator was the bottleneck, so these figures are its own rather than the server's:\n${quoted(list(client.reasons.map(inline)))}`,
    failures.length === 0
      ? ''
      : `**Failed requests (${summary.failedRequests} of ${summary.totalRequests})**\n\n${list(failures.map(inline))}`,
    `### ${SUMMARY_TITLE}`,
    table(['key', 'Value'], summaryRows(summary)),
    `### ${PERCENTILE_TITLE}`,
    table(percentiles.head, percentiles.rows),
    workloadPart(result),
    costPart(result),
    promptCachePart(result),
    conversationsPart(result),
    serverPart(result),
    result.speed === undefined ? '' : `### ${SPEED_TITLE}\n\n${table(SPEED_HEAD, speedCells(result.speed))}`,
    distributionsTable(result),
    list(noteSentences(result).map(inline)),
    `Started ${result.startedAt} against ${code(result.endpoint.url)}; perfgate ${environment.perfgate}, Node ${environment.node}, ${inline(environment.os)}, ${inline(environment.cpu)}, ${environment.cores} cores, ${environment.memoryGiB} GiB${environment.commit === null ? '' : `, commit ${code(environment.commit)}`}.`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function workloadPart(result: Result): string {
  const rows = workloadRows(result)
  return rows.length === 0 ? '' : `### ${WORKLOAD_TITLE}\n\n${table(WORKLOAD_HEAD, rows)}`
}

function costPart(result: Result): string {
  const rows = costRows(result)
  return rows.length === 0 ? '' : `### ${COST_TITLE}\n\n${table(COST_HEAD, rows)}`
}

function promptCachePart(result: Result): string {
  const rows = promptCacheRows(result)
  return rows.length === 0 ? '' : `### ${PROMPT_CACHE_TITLE}\n\n${table(PROMPT_CACHE_HEAD, rows)}`
}

function conversationsPart(result: Result): string {
  const line = conversationLine(result)
  return line === undefined
    ? ''
    : `### ${CONVERSATION_TITLE}\n\n${inline(line)}\n\n${table(TURN_HEAD, turnRows(result))}`
}

function serverPart(result: Result): string {
  if (result.server === undefined) return ''
  const rows = serverRows(result.server)
  const machines = machineRows(result)
  return [
    `### ${SERVER_TITLE}`,
    ...(rows.length === 0 ? [] : [table(SERVER_HEAD, rows)]),
    ...(machines.length === 0 ? [] : [`#### ${MACHINE_TITLE}`, table(MACHINE_HEAD, machines)]),
    list(serverSentences(result).map((text) => inline(plainWords(text)))),
  ].join('\n\n')
}

function distributionsTable({ distributions }: Result): string {
  const rows = Object.entries(distributions).map(([name, values]) => [
    name,
    ...RANKS.map((rank) => figure(values[rank], 3)),
  ])
  if (rows.length === 0) return ''
  const heads = ['', ...RANKS.map((rank) => (rank === 'p999' ? 'p99.9' : rank))]
  return `### Distributions (milliseconds; counts for tokens and packages; tokens per second for speeds)\n\n${table(heads, rows)}`
}

/** @param left columns that begin at the left; numbers end at the right */
export function table(head: string[], rows: readonly (readonly string[])[], left = 1): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`
  return [line(head), `| ${head.map((_, i) => (i < left ? '---' : '---:')).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  )
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

function quoted(text: string): string {
  return text.replace(/^/gm, '> ')
}

export function code(text: string): string {
  return `\`${plainWords(text).replaceAll('`', "'")}\``
}

/** What means something to GitHub. An underscore within a word does not: paths stay as they are. */
const MARKUP = /[\\`*[\]<>|~#@]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|(?<=\w):(?=\/\/)|(?<=\bwww)\.|[\p{Cc}\u2028\u2029]+/giu
/** Nothing that is seen, between signs that GitHub would make a mention, a reference or a link of. */
const APART = '&#8203;'
const ENTITIES: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '@': `@${APART}`,
  ':': `:${APART}`,
  '.': `.${APART}`,
}

/** Text that stays text: one line, no markup, no HTML, no new cell of a table, no link, no mention of a user. */
export function inline(text: string): string {
  return printableLine(text).replace(MARKUP, (sign, at: number) => {
    if (/^[\p{Cc}\u2028\u2029]/u.test(sign)) return ' '
    if (sign === '#' && /\d/.test(text.charAt(at + 1))) return `\\#${APART}`
    return ENTITIES[sign] ?? `\\${sign}`
  })
}
