/** What happened over time: in flight and throughput from the result's own timeline; percentiles and failures from its requests. */
import type uPlot from 'uplot'
import { valueAt } from '../../../stats/quantiles.ts'
import type { PageRun } from '../pageData.ts'
import {
  axis,
  chartFrame,
  dataTable,
  limitLines,
  milliseconds,
  mount,
  type Palette,
  palette,
  withLimits,
} from './chart.ts'
import type { Requests } from './requests.ts'

/** Points drawn at most; finer buckets are joined. */
const MOST_POINTS = 240
/** Counts per second of few requests jump; longer buckets show the rate. */
const MOST_RATES = 60

export function timelineCharts(timeline: NonNullable<PageRun['timeline']>): HTMLElement[] {
  const buckets = timeline.completed.length
  const fine = Math.max(1, Math.ceil(buckets / MOST_POINTS))
  const coarse = Math.max(1, Math.ceil(buckets / MOST_RATES))
  const seconds = timeline.bucketSeconds * coarse
  const perSecond = (values: number[]): number[] => joined(values, coarse).map((sum) => sum / seconds)
  const most = (values: number[], size: number): number[] => chunks(values, size).map((part) => Math.max(...part))
  const starts = (size: number): number[] =>
    Array.from({ length: Math.ceil(buckets / size) }, (_, i) => i * size * timeline.bucketSeconds)
  const times = starts(coarse)
  const inFlight = most(timeline.inFlight, coarse)
  const completed = perSecond(timeline.completed)
  const failed = perSecond(timeline.failed)
  const tokens = perSecond(timeline.outputTokens)
  const flight = chartFrame('In flight', 'Requests in flight over time; the figures are in the table below')
  const throughput = chartFrame('Throughput', 'Completed and failed requests and output tokens per second over time')
  const colours = palette
  const line = (label: string, stroke: string, scale = 'y'): uPlot.Series => ({
    label,
    stroke,
    scale,
    width: 1.75,
    points: { show: false },
    value: (_, value) => (value === null ? '–' : String(Number(value.toFixed(2)))),
  })
  const zero: uPlot.Scale = { range: (_, __, high) => [0, (high ?? 1) * 1.08 || 1] }
  const time: uPlot.Series = { label: 'seconds', value: (_, value) => (value === null ? '–' : value.toFixed(2)) }
  const draw = (): void => {
    mount(flight.body, (width, height) => {
      const c = colours()
      return [
        {
          width,
          height,
          scales: { x: { time: false }, y: zero },
          axes: [axis('seconds', c), axis('requests', c, { size: 64 })],
          series: [time, { ...line('in flight', c.latency), fill: `${c.latency}33` }],
        },
        [starts(fine), most(timeline.inFlight, fine)],
      ]
    })
    mount(throughput.body, (width, height) => {
      const c = colours()
      return [
        {
          width,
          height,
          scales: { x: { time: false }, y: zero, tokens: zero },
          axes: [
            axis('seconds', c),
            axis('requests per second', c, { size: 64 }),
            axis('tokens per second', c, { side: 1, scale: 'tokens', size: 70, grid: { show: false } }),
          ],
          series: [
            time,
            line('completed', c.latency),
            line('failed', c.failed),
            line('output tokens', c.tokens, 'tokens'),
          ],
        },
        [times, completed, failed, tokens],
      ]
    })
  }
  queueMicrotask(draw)
  throughput.figure.append(
    dataTable(
      'In flight and throughput',
      ['Second', 'In flight', 'Completed/s', 'Failed/s', 'Output tok/s'],
      times.map((at, i) =>
        [at, inFlight[i]!, completed[i]!, failed[i]!, tokens[i]!].map((one) => String(Number(one.toFixed(2)))),
      ),
    ),
  )
  return [flight.figure, throughput.figure]
}

function joined(values: number[], size: number): number[] {
  return chunks(values, size).map((part) => part.reduce((sum, one) => sum + one, 0))
}

function chunks(values: number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size))
}

/** Requests of one stretch of time on average: fewer have no percentiles to speak of. */
const REQUESTS_A_STRETCH = 20
const MOST_STRETCHES = 120
const BANDS = [0.5, 0.9, 0.99]

/** Percentiles of latency and TTFT in stretches of equal length, and failures by cause where there are any. */
export function requestCharts(requests: Requests): HTMLElement[] {
  const { start, latency, firstToken, cause } = requests.column
  const ends = start.reduce((last, one) => Math.max(last, one), 0)
  const stretches = Math.max(1, Math.min(MOST_STRETCHES, Math.floor(requests.count / REQUESTS_A_STRETCH)))
  // Two stretches are no course of time.
  if (stretches < 3) return []
  const width = ends / stretches || 1
  const at = Array.from({ length: stretches }, (_, i) => ((i + 0.5) * width) / 1000)
  const stretchOf = (row: number): number => Math.min(stretches - 1, Math.floor(start[row]! / width))
  const bands = [
    { metric: 'latency', title: 'Latency', values: latency, colour: 'latency' },
    { metric: 'ttft', title: 'Time to first token', values: firstToken, colour: 'ttft' },
  ] as const
  const failures = failureCounts(requests, stretches, stretchOf)
  const bandCharts = bands.flatMap(({ metric, title, values, colour }) => {
    const parts = Array.from({ length: stretches }, (): number[] => [])
    for (let row = 0; row < requests.count; row++)
      if (cause[row]! < 0 && !Number.isNaN(values[row]!)) parts[stretchOf(row)]!.push(values[row]!)
    const limits = requests.limits.filter((limit) => limit.metric === metric)
    return parts.every((part) => part.length === 0) ? [] : [bandChart(title, at, parts, colour, limits)]
  })
  return failures.length === 0 ? bandCharts : [...bandCharts, failureChart(at, failures)]
}

function bandChart(
  title: string,
  at: number[],
  parts: number[][],
  colour: keyof Palette,
  limits: PageRun['limits'],
): HTMLElement {
  const sorted = parts.map((part) => Float64Array.from(part).sort())
  const lines = BANDS.map((share) => sorted.map((values) => (values.length === 0 ? null : valueAt(values, share))))
  const frame = chartFrame(
    `${title} over time`,
    `p50, p90 and p99 of ${title.toLowerCase()} over the start of requests; the values are in the table below`,
  )
  const titles = BANDS.map((share) => `p${share * 100}`)
  frame.figure.append(
    dataTable(
      `${title} over time`,
      ['Second', 'Requests', ...titles],
      at.map((second, i) => [
        second.toFixed(1),
        String(parts[i]!.length),
        ...lines.map((line) => milliseconds(line[i] ?? Number.NaN)),
      ]),
    ),
  )
  queueMicrotask(() =>
    mount(frame.body, (width, height) => {
      const c = palette()
      return [
        {
          width,
          height,
          cursor: { drag: { x: false, y: false } },
          scales: { x: { time: false }, y: { range: (_, __, high) => [0, withLimits(high ?? 1, limits) * 1.08] } },
          axes: [
            axis('seconds', c),
            axis('', c, { size: 74, values: (_, ticks) => ticks.map((tick) => milliseconds(tick)) }),
          ],
          bands: [{ series: [3, 1], fill: `${c[colour]}33` }],
          series: [
            { label: 'second', value: (_, value) => (value === null ? '–' : value.toFixed(1)) },
            ...titles.map((label, i) => ({
              label,
              stroke: c[colour],
              width: i === 0 ? 2 : 1,
              dash: i === 1 ? [4, 3] : [],
              spanGaps: true,
              points: { show: false },
              value: (_: uPlot, value: number | null) => (value === null ? '–' : milliseconds(value)),
            })),
          ],
          hooks: { draw: [limitLines(limits)] },
        },
        [at, ...lines],
      ]
    }),
  )
  return frame.figure
}

interface FailureCount {
  cause: string
  counts: number[]
}

function failureCounts(
  { causes, column, count }: Requests,
  stretches: number,
  stretchOf: (row: number) => number,
): FailureCount[] {
  const counts = causes.map((cause): FailureCount => ({ cause, counts: new Array<number>(stretches).fill(0) }))
  for (let row = 0; row < count; row++) {
    const found = counts[column.cause[row]!]
    if (found !== undefined) found.counts[stretchOf(row)]!++
  }
  const sum = ({ counts: all }: FailureCount): number => all.reduce((total, one) => total + one, 0)
  return counts.toSorted((a, b) => sum(b) - sum(a))
}

/** Colours in the order of the causes; the fifth and later share one. */
const CAUSE_COLOURS = ['failed', 'tokens', 'latency', 'ttft', 'text'] as const

function failureChart(at: number[], failures: FailureCount[]): HTMLElement {
  const frame = chartFrame(
    'Failures over time',
    'Failed requests by cause over their start; the counts are in the table below',
  )
  frame.figure.append(
    dataTable(
      'Failures over time',
      ['Second', ...failures.map(({ cause }) => cause)],
      at.map((second, i) => [second.toFixed(1), ...failures.map(({ counts }) => String(counts[i]))]),
    ),
  )
  queueMicrotask(() =>
    mount(frame.body, (width, height) => {
      const c = palette()
      return [
        {
          width,
          height,
          cursor: { drag: { x: false, y: false } },
          scales: { x: { time: false }, y: { range: (_, __, high) => [0, Math.max(1, (high ?? 1) * 1.08)] } },
          axes: [axis('seconds', c), axis('failed requests', c, { size: 64 })],
          series: [
            { label: 'second', value: (_, value) => (value === null ? '–' : value.toFixed(1)) },
            ...failures.map(({ cause }, i) => {
              const stroke = c[CAUSE_COLOURS[Math.min(i, CAUSE_COLOURS.length - 1)]!]
              return { label: cause, stroke, width: 2, points: { show: true, size: 6, fill: stroke } }
            }),
          ],
        },
        [at, ...failures.map(({ counts }) => counts)],
      ]
    }),
  )
  return frame.figure
}
