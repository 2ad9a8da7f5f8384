/** "Workload throughput:", of runs whose load is a recording or conversations: overall, at the end, steady. */
import { executorFacts } from '../config/executors.ts'
import type { Result } from '../result/index.ts'
import { figure } from './figures.ts'
import { drawTable } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'

export const WORKLOAD_TITLE = 'Workload throughput:'
export const WORKLOAD_HEAD = ['Window', 'Seconds', 'Succeed', 'QPS', 'Output tokens/s']

/** Empty where the load is the scenario's own choice: the summary says the same then. */
export function workloadRows({ workload, conversations, config }: Result): string[][] {
  if (workload === undefined || (conversations === undefined && executorFacts(config['executor'])?.replays !== true))
    return []
  const named = [
    ['overall', workload.overall],
    ['last 30 s', workload.last30s],
    ['steady', workload.steady],
  ] as const
  return named.flatMap(([name, window]) =>
    window === null
      ? []
      : [
          [
            name,
            figure(window.seconds, 3),
            String(window.requests),
            figure(window.qps, 3),
            figure(window.outputTokensPerSecond, 3),
          ],
        ],
  )
}

export function workloadTable(result: Result, style: TerminalStyle): string {
  const rows = workloadRows(result)
  return rows.length === 0 ? '' : drawTable({ head: WORKLOAD_HEAD, rows, align: 'center', ruled: false }, style)
}
