/** From scrapes to the server's own figures of a run, and what they have to do with the client's. */
import type { ServerComparison, ServerTimes, ServerView } from '../result/index.ts'
import { energyUse, machineViews } from './energy.ts'
import { COUNTERS, GAUGES, HISTOGRAMS, type Histogram, histogramBetween } from './snapshot.ts'
import type { Scrapes } from './watch.ts'

/** What the client measured in the same time; undefined where it did not. */
export interface ClientFigures {
  /** `performance.now()` of the start of the measured phase. */
  startedAt: number
  ttftMs: number | undefined
  latencyMs: number | undefined
  itlMs: number | undefined
  outputTokens: number | undefined
  inputTokens: number | undefined
  succeeded: number
  /** Mean over the measured phase. */
  inFlight: number | undefined
}

export interface ViewFacts {
  url: string
  intervalSeconds: number
  scrapes: Scrapes
  client: ClientFigures
}

const QUANTILES = [0.5, 0.9, 0.99] as const

export function serverView({ url, intervalSeconds, scrapes, client }: ViewFacts): ServerView {
  const { before, during, after, failures } = scrapes
  const ends = [before, ...during, after].filter((scrape) => scrape !== undefined)
  const machines = machineViews(scrapes)
  const energy = energyUse(machines, scrapes)
  const view: ServerView = {
    url,
    engine: ends[0]?.engine ?? null,
    intervalSeconds,
    scrapes: ends.length,
    failures: [...failures].map(([message, count]) => ({ message, count })),
    gauges: {},
    counters: {},
    times: {},
    series: {
      atSeconds: ends.map(({ at }) => (at - client.startedAt) / 1000),
      ...Object.fromEntries(
        GAUGES.filter((name) => ends.some(({ gauges }) => gauges[name] !== undefined)).map((name) => [
          name,
          ends.map(({ gauges }) => gauges[name] ?? null),
        ]),
      ),
    },
    comparison: [],
    ...(machines.length > 0 && { machines }),
    ...(energy && { energy }),
  }
  for (const name of GAUGES) {
    // Before and after the run the server is at rest: only what was seen in between is of the run.
    const values = during.flatMap(({ gauges }) => gauges[name] ?? [])
    if (values.length > 0) view.gauges[name] = { n: values.length, mean: meanOf(values), max: Math.max(...values) }
  }
  if (after === undefined) return view
  for (const name of COUNTERS) {
    const end = after.counters[name]
    const grown = end === undefined ? undefined : end - (before?.counters[name] ?? Number.NaN)
    if (grown !== undefined && grown >= 0) view.counters[name] = grown
  }
  for (const name of HISTOGRAMS) {
    const end = after.histograms[name]
    // Without a first scrape what was before the run cannot be told from the run.
    const grown = end === undefined || before === undefined ? undefined : histogramBetween(before.histograms[name], end)
    if (grown !== undefined && grown.n > 0) view.times[name] = timesOf(grown)
  }
  view.comparison = compare(view, client)
  return view
}

function timesOf(histogram: Histogram): ServerTimes {
  const [p50, p90, p99] = QUANTILES.map((share) => boundOf(histogram, share))
  return {
    n: histogram.n,
    meanMs: (histogram.sumSeconds * 1000) / histogram.n,
    p50: p50 ?? null,
    p90: p90 ?? null,
    p99: p99 ?? null,
  }
}

/** The bucket that holds a quantile: all that a histogram knows of it. */
function boundOf({ bounds, counts, n }: Histogram, share: number): ServerTimes['p50'] {
  const i = counts.findIndex((count) => count >= share * n)
  if (i < 0) return null
  const to = bounds[i]!
  return { aboveMs: i === 0 ? 0 : bounds[i - 1]! * 1000, toMs: Number.isFinite(to) ? to * 1000 : null }
}

const BETWEEN =
  "what lies between the two clocks: network, proxies, TLS, HTTP, the server's work before its engine's clock starts and after it stops"

function compare({ times, counters, gauges }: ServerView, client: ClientFigures): ServerComparison[] {
  const rows: ServerComparison[] = []
  const add = (
    metric: string,
    unit: string,
    ours: number | undefined,
    theirs: number | undefined,
    meaning: string,
  ): void => {
    if (ours === undefined || theirs === undefined || Number.isNaN(ours)) return
    rows.push({ metric, unit, client: ours, server: theirs, difference: ours - theirs, meaning })
  }
  add('average time to first token', 'ms', client.ttftMs, times.ttft?.meanMs, BETWEEN)
  add('average latency', 'ms', client.latencyMs, times.latency?.meanMs, BETWEEN)
  add(
    'average time between tokens',
    'ms',
    client.itlMs,
    times.itl?.meanMs,
    'tokens that the way from engine to client held back, or brought together',
  )
  add(
    'requests',
    '',
    client.succeeded,
    times.latency?.n ?? times.ttft?.n,
    'below 0: the server also answered others, or requests that the client gave up; above 0: some were answered elsewhere',
  )
  add(
    'output tokens',
    '',
    client.outputTokens,
    counters.outputTokens,
    'below 0: the server also generated for others, or for answers that the client did not take; above 0: another server answered too',
  )
  add(
    'input tokens',
    '',
    client.inputTokens,
    counters.promptTokens,
    'below 0: the server also read for others; above 0: it does not count what it had in its cache',
  )
  const held = gauges.running === undefined ? undefined : gauges.running.mean + (gauges.waiting?.mean ?? 0)
  add(
    'average requests in flight',
    '',
    client.inFlight,
    held,
    'requests on their way to the engine or back, and moments between scrapes',
  )
  return rows
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
