/** Charts of points: latency over throughput of the levels of a sweep, times over lengths of the requests of a run. */
import type uPlot from 'uplot'
import type { PageData } from '../pageData.ts'
import { axis, chartFrame, limitLines, milliseconds, mount, type Palette, palette, withLimits } from './chart.ts'
import { element } from './element.ts'
import type { Requests } from './requests.ts'

/** One point per level, joined in the order of their load, with the knee marked. */
export function curveChart({ points, knee }: PageData, into: HTMLElement): void {
  const order = points.map((_, i) => i).sort((a, b) => points[a]!.qps - points[b]!.qps)
  const pick = (of: (point: PageData['points'][number]) => number | null): (number | null)[] =>
    order.map((i) => of(points[i]!))
  const frame = chartFrame(
    'Latency over requests per second',
    `Percentiles of latency over throughput of ${points.length} runs; the figures are in the overview above`,
    knee >= 0
      ? `The knee is ${points[knee]!.label}: beyond it, more load costs much latency and brings little throughput.`
      : 'These runs show no knee.',
  )
  into.replaceWith(frame.figure)
  frame.figure.id = 'curve'
  const kneeAt = order.indexOf(knee)
  // Beyond saturation more load brings less throughput: the line turns back, which uPlot's own cannot.
  const byLoad = order.toSorted((a, b) => (points[a]!.load ?? 0) - (points[b]!.load ?? 0))
  function join(plot: uPlot, stroke: string, of: (point: PageData['points'][number]) => number | null): void {
    const { ctx } = plot
    ctx.save()
    ctx.strokeStyle = stroke
    ctx.lineWidth = 2 * devicePixelRatio
    ctx.beginPath()
    for (const i of byLoad) {
      const value = of(points[i]!)
      if (value !== null) ctx.lineTo(plot.valToPos(points[i]!.qps, 'x', true), plot.valToPos(value, 'y', true))
    }
    ctx.stroke()
    ctx.restore()
  }
  mount(frame.body, (width, height) => {
    const c = palette()
    const line = (label: string, stroke: string): uPlot.Series => ({
      label,
      stroke,
      paths: () => null,
      points: { show: true, size: 8, fill: stroke },
      value: (_, value) => (value === null ? '–' : milliseconds(value)),
    })
    return [
      {
        width,
        height,
        scales: {
          x: { time: false, range: (_, __, high) => [0, (high ?? 1) * 1.05] },
          y: { range: (_, __, high) => [0, (high ?? 1) * 1.1] },
        },
        cursor: { drag: { x: false, y: false } },
        axes: [
          axis('requests per second', c),
          axis('', c, { size: 74, values: (_, ticks) => ticks.map((tick) => milliseconds(tick)) }),
        ],
        series: [
          { label: 'requests/s', value: (_, value) => (value === null ? '–' : value.toFixed(2)) },
          line('latency p50', c.latency),
          line('latency p99', c.tokens),
          line('TTFT p99', c.ttft),
        ],
        hooks: {
          drawAxes: [
            (plot) => {
              join(plot, c.latency, (point) => point.p50LatencyMs)
              join(plot, c.tokens, (point) => point.p99LatencyMs)
              join(plot, c.ttft, (point) => point.p99TtftMs)
            },
          ],
          draw: [
            (plot) => {
              const point = points[knee]
              if (kneeAt < 0 || point?.p99LatencyMs == null) return
              const { ctx } = plot
              ctx.strokeStyle = c.failed
              ctx.lineWidth = 2 * devicePixelRatio
              ctx.beginPath()
              ctx.arc(
                plot.valToPos(point.qps, 'x', true),
                plot.valToPos(point.p99LatencyMs, 'y', true),
                9 * devicePixelRatio,
                0,
                2 * Math.PI,
              )
              ctx.stroke()
            },
          ],
        },
      },
      [
        pick((p) => p.qps) as number[],
        pick((p) => p.p50LatencyMs),
        pick((p) => p.p99LatencyMs),
        pick((p) => p.p99TtftMs),
      ],
    ]
  })
  if (kneeAt >= 0) frame.figure.append(element('p', { class: 'legend' }, 'The circle marks the knee.'))
}

/** More points than this say nothing more, and take long to draw. */
const MOST_POINTS = 5000

/** Whether long prompts wait longer for their first token, and long answers take longer; none where lengths do not vary. */
export function lengthCharts(requests: Requests): HTMLElement[] {
  const { inputTokens, outputTokens, firstToken, latency } = requests.column
  return [
    lengthChart(requests, 'Input length and time to first token', 'input tokens', inputTokens, firstToken, 'ttft'),
    lengthChart(requests, 'Output length and latency', 'output tokens', outputTokens, latency, 'latency'),
  ].flatMap((figure) => figure ?? [])
}

function lengthChart(
  { column, count, limits: all }: Requests,
  title: string,
  label: string,
  lengths: Float64Array,
  times: Float64Array,
  metric: 'ttft' | 'latency',
): HTMLElement | undefined {
  const measured = Array.from({ length: count }, (_, row) => row).filter(
    (row) => column.cause[row]! < 0 && !Number.isNaN(lengths[row]!) && !Number.isNaN(times[row]!),
  )
  const step = Math.ceil(measured.length / MOST_POINTS)
  const rows = measured.filter((_, i) => i % step === 0).sort((a, b) => lengths[a]! - lengths[b]!)
  if (rows.length === 0 || lengths[rows[0]!] === lengths[rows.at(-1)!]) return undefined
  const limits = all.filter((limit) => limit.metric === metric)
  const frame = chartFrame(
    title,
    `${title} of ${rows.length} succeeded requests; the values of each are in the table of requests`,
    step === 1 ? '' : `${rows.length} of ${measured.length} requests, evenly chosen.`,
  )
  const colour: keyof Palette = metric
  queueMicrotask(() =>
    mount(frame.body, (width, height) => {
      const c = palette()
      return [
        {
          width,
          height,
          cursor: { drag: { x: false, y: false } },
          scales: {
            x: { time: false, range: (_, low, high) => [Math.max(0, (low ?? 0) * 0.97), (high ?? 1) * 1.03] },
            y: { range: (_, __, high) => [0, withLimits(high ?? 1, limits) * 1.08] },
          },
          axes: [
            axis(label, c),
            axis('', c, { size: 74, values: (_, ticks) => ticks.map((tick) => milliseconds(tick)) }),
          ],
          series: [
            { label },
            {
              label: metric === 'ttft' ? 'TTFT' : 'latency',
              stroke: c[colour],
              paths: () => null,
              points: { show: true, size: 4, fill: `${c[colour]}88`, width: 0 },
              value: (_, value) => (value === null ? '–' : milliseconds(value)),
            },
          ],
          hooks: { draw: [limitLines(limits)] },
        },
        [rows.map((row) => lengths[row]!), rows.map((row) => times[row]!)],
      ]
    }),
  )
  return frame.figure
}
