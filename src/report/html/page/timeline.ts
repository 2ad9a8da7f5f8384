/** In-flight requests and throughput over time, from the result's own timeline. */
import type uPlot from 'uplot'
import type { PageRun } from '../pageData.ts'
import { axis, chartFrame, dataTable, mount, palette } from './chart.ts'

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
