/** How latencies are spread: a histogram, and percentiles on the axis that HdrHistogram made usual. */
import type uPlot from 'uplot'
import { valueAt } from '../../../stats/quantiles.ts'
import { axis, type ChartFrame, chartFrame, dataTable, milliseconds, mount, type Palette, palette } from './chart.ts'
import type { Requests } from './requests.ts'

const BINS = 60
const PERCENTS = [0, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999]

export interface Spread {
  histogram: ChartFrame
  percentiles: ChartFrame
  show(rows: readonly number[]): void
}

export function spread(requests: Requests): Spread {
  const histogram = chartFrame('Distribution', 'Histogram of latency and time to first token of the requests shown')
  const percentiles = chartFrame(
    'Percentiles',
    'Latency, time to first token and time per output token by percentile; the figures are in the table below',
    'Each step of the axis is a tenth of the requests that are left: 90 %, 99 %, 99.9 %.',
  )
  const tableAt = document.createElement('div')
  percentiles.figure.append(tableAt)
  return {
    histogram,
    percentiles,
    show(rows) {
      const { latency, firstToken, tpot, cause } = requests.column
      const sorted = (values: Float64Array): Float64Array =>
        Float64Array.from(
          rows.filter((row) => cause[row]! < 0 && !Number.isNaN(values[row]!)),
          (row) => values[row]!,
        ).sort()
      const lines = [
        { title: 'latency', values: sorted(latency), colour: 'latency' as const },
        { title: 'TTFT', values: sorted(firstToken), colour: 'ttft' as const },
        { title: 'TPOT', values: sorted(tpot), colour: 'tokens' as const },
      ].filter(({ values }) => values.length > 0)
      drawHistogram(histogram.body, lines.slice(0, 2))
      drawPercentiles(percentiles.body, lines)
      tableAt.replaceChildren(
        dataTable(
          'Percentiles of the requests shown',
          ['Percentile', ...lines.map(({ title }) => title)],
          PERCENTS.map((percent) => [
            `${percent} %`,
            ...lines.map(({ values }) => milliseconds(valueAt(values, percent / 100))),
          ]),
        ),
      )
    },
  }
}

interface Line {
  title: string
  values: Float64Array
  colour: keyof Palette
}

/** Bins of equal ratio, so that a long tail and a quick head are both seen. */
function drawHistogram(body: HTMLElement, lines: Line[]): void {
  const least = Math.max(0.01, Math.min(...lines.map(({ values }) => values[0]!)))
  const most = Math.max(...lines.map(({ values }) => values.at(-1)!)) * 1.0001
  const step = Math.log(most / least) / BINS || 1
  const edges = Array.from({ length: BINS + 1 }, (_, i) => least * Math.exp(i * step))
  const counts = lines.map(({ values }) => {
    const bins = new Array<number>(BINS + 1).fill(0)
    for (const value of values) {
      const bin = Math.min(BINS - 1, Math.max(0, Math.floor(Math.log(value / least) / step)))
      bins[bin] = bins[bin]! + 1
    }
    return bins
  })
  mount(body, (width, height) => {
    const colours = palette()
    return [
      {
        width,
        height,
        cursor: { drag: { x: false, y: false } },
        scales: {
          x: { time: false, distr: 3, range: () => [least / 1.1, most * 1.1] },
          y: { range: (_, __, high) => [0, (high ?? 1) * 1.05] },
        },
        axes: [
          axis('', colours, {
            splits: () => logTicks(least, most),
            filter: (_, ticks) => ticks,
            values: (_, ticks) => ticks.map((tick) => milliseconds(tick)),
          }),
          axis('requests', colours, { size: 64 }),
        ],
        series: [
          { label: 'from', value: (_, value) => (value === null ? '–' : milliseconds(value)) },
          ...lines.map(({ title, colour }) => ({
            label: title,
            stroke: colours[colour],
            fill: `${colours[colour]}55`,
            width: 1.5,
            paths: steps,
            points: { show: false },
          })),
        ],
      },
      [edges, ...counts],
    ]
  })
}

/** 1, 2 and 5 of each power of ten, or the powers alone where there are many. */
function logTicks(least: number, most: number): number[] {
  const powers = Array.from({ length: 20 }, (_, i) => 10 ** (i - 6))
  const steps = Math.log10(most / least) > 3 ? [1] : [1, 2, 5]
  return powers
    .flatMap((power) => steps.map((step) => step * power))
    .filter((tick) => tick >= least / 1.1 && tick <= most * 1.1)
}

/** A step from each edge to the next. */
const steps: uPlot.Series.PathBuilder = (plot, series, from, to) => {
  const line = new Path2D()
  const [xs, ys] = [plot.data[0], plot.data[series]!]
  const base = plot.valToPos(0, 'y', true)
  line.moveTo(plot.valToPos(xs[from]!, 'x', true), base)
  for (let i = from; i <= to; i++) {
    const y = plot.valToPos(ys[i] ?? 0, 'y', true)
    line.lineTo(plot.valToPos(xs[i]!, 'x', true), y)
    if (i < to) line.lineTo(plot.valToPos(xs[i + 1]!, 'x', true), y)
  }
  const fill = new Path2D(line)
  fill.lineTo(plot.valToPos(xs[to]!, 'x', true), base)
  return { stroke: line, fill }
}

function drawPercentiles(body: HTMLElement, lines: Line[]): void {
  const most = Math.max(...lines.map(({ values }) => values.length), 2)
  // −log10 of the share that is left; a run of n requests says nothing beyond 1 − 1/n.
  const end = Math.log10(most)
  const xs = Array.from({ length: 401 }, (_, i) => (i / 400) * end)
  const ys = lines.map(({ values }) =>
    xs.map((x) => (1 - 10 ** -x > 1 - 1 / values.length + 1e-12 ? null : valueAt(values, 1 - 10 ** -x))),
  )
  const ticks = PERCENTS.map((percent) => -Math.log10(1 - percent / 100)).filter((x) => x <= end)
  mount(body, (width, height) => {
    const colours = palette()
    return [
      {
        width,
        height,
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: false, range: () => [0, end] }, y: { range: (_, __, high) => [0, (high ?? 1) * 1.05] } },
        axes: [
          axis('', colours, { splits: () => ticks, values: (_, splits) => splits.map((x) => `${percentText(x)} %`) }),
          axis('', colours, { size: 74, values: (_, splits) => splits.map((tick) => milliseconds(tick)) }),
        ],
        series: [
          { label: 'percentile', value: (_, x) => (x === null ? '–' : `${percentText(x)} %`) },
          ...lines.map(({ title, colour }) => ({
            label: title,
            stroke: colours[colour],
            width: 2,
            points: { show: false },
            value: (_: uPlot, value: number | null) => (value === null ? '–' : milliseconds(value)),
          })),
        ],
      },
      [xs, ...ys],
    ]
  })
}

function percentText(x: number): string {
  return String(Number((100 * (1 - 10 ** -x)).toFixed(Math.max(1, Math.ceil(x)))))
}
