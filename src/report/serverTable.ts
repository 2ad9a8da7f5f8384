/** "Server side:": the server's own figures beside the client's, and what lies between them. */
import type { Result, ServerView } from '../result/index.ts'
import { figure } from './figures.ts'
import { drawTable } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'

export const SERVER_TITLE = 'Server side:'
export const SERVER_HEAD = ['', 'Client', 'Server', 'Difference']

/** One row for each figure that both sides have. */
export function serverRows({ comparison }: ServerView): string[][] {
  return comparison.map(({ metric, unit, client, server, difference }) => [
    unit === '' ? metric : `${metric} (${unit})`,
    figure(client, 3),
    figure(server, 3),
    figure(difference, 3),
  ])
}

/** What the server alone knows, and what the differences mean; sentences. */
export function serverSentences({ server }: Result): string[] {
  if (server === undefined) return []
  const { engine, url, scrapes, failures, gauges, times, counters, comparison } = server
  const missed = failures.reduce((sum, { count }) => sum + count, 0)
  const shown = (value: number | undefined): string => figure(value, 3)
  const facts = [
    ...(times.queue ? [`queue time ${shown(times.queue.meanMs)} ms on average (n ${times.queue.n})`] : []),
    ...(gauges.running ? [`running ${shown(gauges.running.mean)} on average, ${gauges.running.max} at most`] : []),
    ...(gauges.waiting ? [`waiting ${shown(gauges.waiting.mean)} on average, ${gauges.waiting.max} at most`] : []),
    ...(gauges.kvCacheShare
      ? [
          `KV cache ${shown(gauges.kvCacheShare.mean * 100)} % full on average, ${shown(gauges.kvCacheShare.max * 100)} % at most`,
        ]
      : []),
    ...(counters.cacheQueries && counters.cacheHits !== undefined
      ? [`prefix cache hits ${shown((100 * counters.cacheHits) / counters.cacheQueries)} % of tokens`]
      : []),
    ...(counters.preemptions ? [`${counters.preemptions} preemptions`] : []),
  ]
  const meanings = Map.groupBy(
    comparison.filter(({ difference }) => difference !== 0),
    ({ meaning }) => meaning,
  )
  return [
    ...(engine === null ? [] : [`${engine} at ${url}, ${scrapes} scrapes: ${facts.join('; ') || 'nothing of use'}.`]),
    ...[...meanings].map(
      ([meaning, rows]) => `Difference in ${rows.map(({ metric }) => metric).join(', ')}: ${meaning}.`,
    ),
    ...(missed === 0
      ? []
      : [
          `${missed} scrapes of ${url} failed (${failures.map(({ message, count }) => `${count} x ${message}`).join('; ')}): the server's figures ${engine === null ? 'are missing' : 'have gaps'}.`,
        ]),
  ]
}

/** Empty where there is nothing to compare. */
export function serverTable({ server }: Result, style: TerminalStyle): string {
  const rows = server === undefined ? [] : serverRows(server)
  return rows.length === 0 ? '' : drawTable({ head: SERVER_HEAD, rows, align: 'left', ruled: false }, style)
}
