/** Latency over throughput: one point per level of a sweep, joined in the order of their load, with the knee marked. */
import type uPlot from 'uplot'
import type { PageData } from '../pageData.ts'
import { axis, chartFrame, milliseconds, mount, palette } from './chart.ts'
import { element } from './element.ts'

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
