/** "Server side:": the server's own figures beside the client's, and what lies between them. */
import type { MachineView, Result, ServerView } from '../result/index.ts'
import { figure, NOT_MEASURED } from './figures.ts'
import { plainWords } from './serverWords.ts'
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

export const MACHINE_TITLE = 'GPUs of the server:'
export const MACHINE_HEAD = [
  'GPU',
  'Utilization (mean / max)',
  'Memory GiB (mean / max)',
  'Power W (mean / max)',
  'Clock MHz (mean / max)',
  'Temperature C (mean / max)',
  'Energy J',
]

/** One row for each GPU; empty where none was watched. */
export function machineRows({ server }: Result): string[][] {
  return (server?.machines ?? []).map((machine) => [
    plainWords(machine.name),
    meanAndMax(machine, 'utilization', 100, 0),
    meanAndMax(machine, 'memoryBytes', 2 ** -30, 2),
    meanAndMax(machine, 'powerWatts', 1, 1),
    meanAndMax(machine, 'clockMHz', 1, 0),
    meanAndMax(machine, 'temperatureC', 1, 0),
    figure(machine.energyJoules, 1),
  ])
}

function meanAndMax(
  { readings }: MachineView,
  name: keyof MachineView['readings'],
  times: number,
  digits: number,
): string {
  const reading = readings[name]
  if (reading === undefined) return NOT_MEASURED
  const unit = name === 'utilization' ? ' %' : ''
  return `${figure(reading.mean * times, digits)} / ${figure(reading.max * times, digits)}${unit}`
}

export function machineTable(result: Result, style: TerminalStyle): string {
  const rows = machineRows(result)
  return rows.length === 0 ? '' : drawTable({ head: MACHINE_HEAD, rows, align: 'left', ruled: false }, style)
}

/** The energy of all GPUs, by what it was used for; undefined where none was watched. */
export function energySentence({ server, summary }: Pick<Result, 'server' | 'summary'>): string | undefined {
  if (server?.energy === undefined) return undefined
  const { joules, seconds } = server.energy
  if (joules === null) return 'The energy of the run is not known: one of the GPUs reports neither energy nor power.'
  const { succeededRequests, outputTokensPerRequest } = summary
  const tokens = (outputTokensPerRequest ?? 0) * succeededRequests
  const parts = [
    ...(succeededRequests > 0 ? [`${figure(joules / succeededRequests, 3)} J a request`] : []),
    ...(tokens > 0
      ? [
          `${figure((joules / tokens) * 1000, 3)} J per 1,000 output tokens`,
          `${figure(tokens / joules, 3)} tokens per joule`,
        ]
      : []),
  ]
  return `Energy ${figure(joules, 1)} J in ${figure(seconds, 1)} s: ${parts.join(', ')}.`
}

/** What the server alone knows, and what the differences mean; sentences. */
export function serverSentences({ server, summary }: Result): string[] {
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
  const energy = energySentence({ server, summary })
  return [
    ...(energy === undefined ? [] : [energy]),
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
