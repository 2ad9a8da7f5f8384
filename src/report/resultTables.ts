/** The tables of a run, in the order in which they are read. */
import { executorFacts } from '../config/executors.ts'
// Not from the folders' indexes: Vitest's main process waits for this file, and needs no schemas for it.
import { QUANTITIES } from '../gates/quantity.ts'
import { METRICS } from '../metrics/metrics.ts'
import type { MachineView, PercentileRow, PromptCache, Result, Summary } from '../result/index.ts'
import { type Cell, figure, NOT_MEASURED, plainWords, type TableSection, tableOf } from './document.ts'

/** Each without rows where the run has no such thing. */
export function resultTables(result: Result): TableSection[] {
  return [
    summarySection(result.summary),
    percentileSection(result.percentiles),
    metricSection(result),
    workloadSection(result),
    costSection(result),
    promptCacheSection(result),
    conversationSection(result),
    serverSection(result),
    machineSection(result),
    speedSection(result),
  ]
}

/**
 * "Benchmarking summary:", with the keys, the order and the rounding of EvalScope's quick start. Keys are spelled as there
 * ("senconds" included), because scripts look rows up by key.
 */
export function summarySection(summary: Summary): TableSection {
  const rows = [
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
  return { kind: 'table', title: 'Benchmarking summary:', table: tableOf(['key', 'Value'], rows), layout: 'ruled' }
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

/** "Percentile results:", in seconds; the first three columns are those of EvalScope's quick start. */
export function percentileSection(percentiles: readonly PercentileRow[]): TableSection {
  const rows = percentiles.map((row) => [
    `${row.percentile}%`,
    figure(row.firstChunkLatencySeconds, 4),
    figure(row.latencySeconds, 4),
    figure(row.ttftSeconds, 4),
    // Times between tokens are of the order of a millisecond, so they get the five places of the summary.
    figure(row.tpotSeconds, 5),
    figure(row.itlSeconds, 5),
  ])
  const titles = [
    'Percentile',
    'First Chunk Latency',
    'Latency',
    ...['TTFT', 'TPOT', 'ITL'].map((title) => ({ title, isDetail: true })),
  ]
  return {
    kind: 'table',
    title: 'Percentile results:',
    unit: 'seconds',
    table: tableOf(titles, rows),
    layout: 'center',
  }
}

/** The metrics that a reader looks for first, in the order of an answer. */
const MAIN_METRICS: ReadonlyMap<string, string> = new Map([
  ['ttft', 'TTFT'],
  ['tpot', 'TPOT'],
  ['itl', 'ITL'],
  ['latency', 'Latency'],
  ['outputTokens', 'Output tokens'],
])

const RANKS = [
  { rank: 'n' },
  { rank: 'mean' },
  { rank: 'stddev', isDetail: true },
  { rank: 'min', isDetail: true },
  { rank: 'p50' },
  { rank: 'p90' },
  { rank: 'p95' },
  { rank: 'p99' },
  { rank: 'p999', title: 'p99.9', isDetail: true },
  { rank: 'max' },
] as const

const SPELLING = 'The key "senconds" of the summary is EvalScope’s own spelling, kept for scripts that look it up.'

/** "Percentiles by metric:", with units: the main metrics first, then all others. */
export function metricSection({ distributions }: Pick<Result, 'distributions'>): TableSection {
  const main = [...MAIN_METRICS.keys()].filter((name) => distributions[name] !== undefined)
  const others = Object.keys(distributions).filter((name) => !MAIN_METRICS.has(name))
  const rows = [...main, ...others].map((name) => [
    titleWithUnit(name),
    ...RANKS.map(({ rank }) => (rank === 'n' ? String(distributions[name]!.n) : compact(distributions[name]![rank]))),
  ])
  const titles = RANKS.map((one) => ({
    title: 'title' in one ? one.title : one.rank,
    isDetail: 'isDetail' in one,
  }))
  return {
    kind: 'table',
    title: 'Percentiles by metric:',
    table: { ...tableOf(['Metric', ...titles], rows), mainRows: main.length },
    layout: 'left',
    below: rows.length === 0 ? [] : [SPELLING],
  }
}

/** `TTFT (ms)` */
function titleWithUnit(name: string): string {
  const title = MAIN_METRICS.get(name) ?? name
  const quantity = Object.hasOwn(METRICS, name) ? METRICS[name as keyof typeof METRICS].quantity : 'count'
  const unit = QUANTITIES[quantity].own
  return unit === '' || unit === 'tokens' ? title : `${title} (${unit})`
}

/** About four digits: a table of many columns has to fit in a terminal. */
function compact(value: number): string {
  return figure(value, value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3)
}

/** "Workload throughput:": overall, at the end, steady; not where the load is the scenario's own choice, as the summary says the same then. */
function workloadSection({ workload, conversations, config }: Result): TableSection {
  const replays = conversations !== undefined || executorFacts(config['executor'])?.replays === true
  const windows = [
    ['overall', workload?.overall],
    ['last 30 s', workload?.last30s],
    ['steady', workload?.steady],
  ] as const
  const rows = windows.flatMap(([name, window]) =>
    !replays || window === null || window === undefined
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
  const titles = ['Window', 'Seconds', 'Succeed', 'QPS', 'Output tokens/s']
  return { kind: 'table', title: 'Workload throughput:', table: tableOf(titles, rows), layout: 'center' }
}

/** More digits than other metrics: a request costs small parts of a unit. */
const COST_DIGITS = 6

/** "Cost:", of runs with prices: of the whole, of a request, and of a conversation. */
function costSection({ cost, summary }: Result): TableSection {
  const tokens = (summary.outputTokensPerRequest ?? 0) * summary.succeededRequests
  const amounts: [string, number | null][] =
    cost === undefined
      ? []
      : [
          ['the run', cost.total],
          ['a request, on average', cost.perRequest],
          ['a conversation, on average', cost.perSession],
          ['1,000 output tokens, with their input', tokens > 0 ? (cost.total / tokens) * 1000 : null],
        ]
  const rows = amounts.flatMap(([name, amount]) =>
    amount === null ? [] : [[name, figure(amount, COST_DIGITS), cost!.currency]],
  )
  return { kind: 'table', title: 'Cost:', table: tableOf(['Cost of', 'Amount', 'Currency'], rows), layout: 'left' }
}

const PROMPTS: Record<keyof PromptCache, string> = {
  fresh: 'made up for this run',
  repeated: 'sent before in this run',
}

/** "Prompts from a cache:", of runs in which the server knew prompts that it should not have known. */
function promptCacheSection({ promptCache }: Result): TableSection {
  const rows = (['fresh', 'repeated'] as const).flatMap((kind) => {
    const { requests, fromCache, cachedTokens } = promptCache?.[kind] ?? { requests: 0, fromCache: 0, cachedTokens: 0 }
    return fromCache === 0 ? [] : [[PROMPTS[kind], String(requests), String(fromCache), String(cachedTokens)]]
  })
  const titles = ['Prompts', 'Requests', 'From cache', 'Cached tokens']
  return { kind: 'table', title: 'Prompts from a cache:', table: tableOf(titles, rows), layout: 'center' }
}

/** Rows in the table of turns; the result JSON has more. */
const SHOWN_TURNS = 12
const TURN_TITLES = [
  'Turn',
  'Succeed',
  'Failed',
  'Avg TTFT',
  'p99 TTFT',
  'Avg latency',
  'Avg input tokens',
  'Cache hits',
]

/** "Conversations:": what became of them, and each turn by itself. */
function conversationSection({ conversations, distributions }: Result): TableSection {
  const all = (conversations?.perTurn ?? []).map(
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
  const more = ['…', ...TURN_TITLES.slice(1).map(() => '')]
  const rows = all.length <= SHOWN_TURNS ? all : [...all.slice(0, SHOWN_TURNS), more]
  return {
    kind: 'table',
    title: 'Conversations:',
    table: tableOf(TURN_TITLES, rows),
    layout: 'center',
    below: conversations === undefined ? [] : [conversationSentence(conversations, distributions)],
  }
}

function conversationSentence(
  { total, completed, abandoned, unfinished, cacheHitShare }: NonNullable<Result['conversations']>,
  distributions: Result['distributions'],
): string {
  const seconds = (name: string): string => figure((distributions[name]?.mean ?? Number.NaN) / 1000, 3)
  return [
    `${total} conversations: ${completed} completed, ${abandoned} abandoned after a failed turn, ${unfinished} cut off`,
    `average duration ${seconds('conversationDuration')} s, turns ${figure(distributions['conversationTurns']?.mean, 2)}`,
    `average TTFT of first turns ${seconds('firstTurnTtft')} s, of later turns ${seconds('laterTurnTtft')} s`,
    ...(cacheHitShare === null ? [] : [`cached input tokens ${percent(cacheHitShare)}`]),
  ].join('; ')
}

function percent(share: number): string {
  return `${figure(share * 100, 1)} %`
}

/** "Server side:": the server's own metrics beside the client's, and what lies between them. */
function serverSection({ server, summary }: Result): TableSection {
  const rows = (server?.comparison ?? []).map(({ metric, unit, client, server: own, difference }): Cell[] => [
    unit === '' ? metric : `${metric} (${unit})`,
    figure(client, 3),
    figure(own, 3),
    figure(difference, 3),
  ])
  return {
    kind: 'table',
    title: 'Server side:',
    table: tableOf(['', 'Client', 'Server', 'Difference'], rows),
    layout: 'left',
    below: serverSentences(server, summary),
  }
}

/** What the server alone knows, and what the differences mean. */
function serverSentences(server: Result['server'], summary: Summary): string[] {
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
    ...energySentence(server.energy, summary),
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

/** The energy of all GPUs, by what it was used for; none where none was watched. */
function energySentence(
  energy: NonNullable<Result['server']>['energy'],
  { succeededRequests, outputTokensPerRequest }: Summary,
): string[] {
  if (energy === undefined) return []
  const { joules, seconds } = energy
  if (joules === null) return ['The energy of the run is not known: one of the GPUs reports neither energy nor power.']
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
  return [`Energy ${figure(joules, 1)} J in ${figure(seconds, 1)} s: ${parts.join(', ')}.`]
}

const MACHINE_TITLES = [
  'GPU',
  'Utilization (mean / max)',
  'Memory GiB (mean / max)',
  'Power W (mean / max)',
  'Clock MHz (mean / max)',
  'Temperature C (mean / max)',
  'Energy J',
]

/** "GPUs of the server:", a row each where they were watched. */
function machineSection({ server }: Result): TableSection {
  const rows = (server?.machines ?? []).map((machine) => [
    plainWords(machine.name),
    meanAndMax(machine, 'utilization', 100, 0),
    meanAndMax(machine, 'memoryBytes', 2 ** -30, 2),
    meanAndMax(machine, 'powerWatts', 1, 1),
    meanAndMax(machine, 'clockMHz', 1, 0),
    meanAndMax(machine, 'temperatureC', 1, 0),
    figure(machine.energyJoules, 1),
  ])
  return { kind: 'table', title: 'GPUs of the server:', table: tableOf(MACHINE_TITLES, rows), layout: 'left' }
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

/** "Speed Benchmark Results:", by length of prompt; EvalScope's third column, the memory of the GPU, no client knows. */
function speedSection({ speed = [] }: Result): TableSection {
  const rows = speed.map(({ promptTokens, tokensPerSecond }) => [figure(promptTokens, 0), figure(tokensPerSecond, 2)])
  const titles = ['Prompt Tokens', 'Speed(tokens/s)']
  return { kind: 'table', title: 'Speed Benchmark Results:', table: tableOf(titles, rows), layout: 'center' }
}
