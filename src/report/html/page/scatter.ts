/** Latency and TTFT over time: a point for each request, failures crossed, a click opens the nearest. */
import type uPlot from 'uplot'
import { axis, type ChartFrame, chartFrame, limitLines, milliseconds, mount, palette, plotOf } from './chart.ts'
import type { Requests } from './requests.ts'

export interface ScatterEvents {
  onOpen(row: number): void
  /** Start times in view, milliseconds. */
  onZoom(from: number, to: number): void
}

export interface Scatter extends ChartFrame {
  show(rows: readonly number[]): void
  setLogarithmic(on: boolean): void
}

/** Pixels around the pointer within which a point is meant. */
const REACH = 24

export function scatter(requests: Requests, events: ScatterEvents): Scatter {
  const frame = chartFrame(
    'Latency and time to first token of each request',
    'Scatter of latency and time to first token over the start of each request; the requests are in the table below',
    'Drag to zoom, double-click for all; click a point, or use the arrow keys and Enter, to open a request.',
  )
  const { start, latency, firstToken, cause } = requests.column
  let shown: readonly number[] = []
  let current = -1
  let logarithmic = false
  let range: [number, number] | undefined
  const seconds = Float64Array.from(start, (ms) => ms / 1000)

  function drawPoints(plot: uPlot): void {
    const { ctx } = plot
    const colours = palette()
    const ratio = devicePixelRatio
    const size = (shown.length > 20_000 ? 1.5 : shown.length > 2000 ? 2.5 : 4) * ratio
    ctx.save()
    ctx.beginPath()
    ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height)
    ctx.clip()
    const place = placer(plot)
    const points = (values: Float64Array, colour: string): void => {
      ctx.fillStyle = colour
      for (const row of shown) {
        if (cause[row]! >= 0 || Number.isNaN(values[row]!)) continue
        ctx.fillRect(place.x(seconds[row]!) - size / 2, place.y(values[row]!) - size / 2, size, size)
      }
    }
    points(latency, colours.latency)
    points(firstToken, colours.ttft)
    ctx.strokeStyle = colours.failed
    ctx.lineWidth = 1.5 * ratio
    ctx.beginPath()
    const arm = 3.5 * ratio
    for (const row of shown) {
      if (cause[row]! < 0) continue
      const x = place.x(seconds[row]!)
      const y = place.y(failedAt(row))
      ctx.moveTo(x - arm, y - arm)
      ctx.lineTo(x + arm, y + arm)
      ctx.moveTo(x + arm, y - arm)
      ctx.lineTo(x - arm, y + arm)
    }
    ctx.stroke()
    if (current >= 0) {
      ctx.strokeStyle = colours.text
      ctx.lineWidth = 2 * ratio
      ctx.beginPath()
      ctx.arc(place.x(seconds[current]!), place.y(failedAt(current)), 7 * ratio, 0, 2 * Math.PI)
      ctx.stroke()
    }
    ctx.restore()
  }

  /** A failed request may have no end that means anything; it is drawn at the height of what it took. */
  function failedAt(row: number): number {
    return Number.isNaN(latency[row]!) ? 0 : latency[row]!
  }

  function nearest(plot: uPlot, left: number, top: number): number {
    let best = -1
    let bestDistance = REACH ** 2
    const place = placer(plot, false)
    for (const row of shown) {
      const dx = place.x(seconds[row]!) - left
      if (dx > REACH || dx < -REACH) continue
      for (const value of [failedAt(row), firstToken[row]!]) {
        const distance = dx ** 2 + (place.y(value) - top) ** 2
        if (distance < bestDistance) {
          best = row
          bestDistance = distance
        }
      }
    }
    return best
  }

  function mountChart(): void {
    mount(frame.body, (width, height) => {
      const colours = palette()
      const values = [0, ...shown.map(failedAt)]
      const most = values.reduce((a, b) => Math.max(a, b), 1)
      const least = shown.reduce((a, row) => (firstToken[row]! > 0 ? Math.min(a, firstToken[row]!) : a), most)
      const options: uPlot.Options = {
        width,
        height,
        cursor: { drag: { x: true, y: false }, points: { show: false } },
        legend: { show: false },
        scales: {
          x: { time: false, range: (_, low, high) => (requests.count === 1 ? [-0.5, 0.5] : padded(low, high)) },
          y: logarithmic
            ? { distr: 3, range: () => [Math.max(0.01, least / 2), most * 2] }
            : { range: () => [-most * 0.03, most * 1.05] },
        },
        axes: [
          axis('seconds since the first start', colours),
          axis('', colours, {
            size: 74,
            values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : milliseconds(tick))),
          }),
        ],
        series: [{}, { label: 'latency', paths: () => null, points: { show: false } }],
        hooks: {
          draw: [drawPoints, limitLines(requests.limits)],
          setScale: [
            (plot, key) => {
              if (key !== 'x') return
              const { min, max } = plot.scales['x']!
              const next: [number, number] = [min ?? 0, max ?? 0]
              if (range && range[0] === next[0] && range[1] === next[1]) return
              const isFirst = range === undefined
              range = next
              if (!isFirst) events.onZoom(next[0] * 1000, next[1] * 1000)
            },
          ],
          ready: [
            (plot) => {
              plot.over.addEventListener('click', (event) => {
                const row = nearest(plot, event.offsetX, event.offsetY)
                if (row >= 0) select(row, true)
              })
            },
          ],
        },
      }
      return [options, [seconds as unknown as number[], latency as unknown as number[]]]
    })
  }

  function select(row: number, open: boolean): void {
    current = row
    plotOf(frame.body)?.redraw(false)
    if (open) events.onOpen(row)
  }

  frame.body.tabIndex = 0
  frame.body.setAttribute('role', 'application')
  frame.body.addEventListener('keydown', (event) => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -100, PageDown: 100 }
    const step = steps[event.key]
    if (event.key === 'Enter' && current >= 0) events.onOpen(current)
    else if (event.key === 'Home') select(shown[0] ?? -1, false)
    else if (event.key === 'End') select(shown.at(-1) ?? -1, false)
    else if (step !== undefined && shown.length > 0) {
      const at = Math.max(0, Math.min(shown.length - 1, shown.indexOf(current) + step))
      select(shown[at]!, false)
    } else return
    event.preventDefault()
  })

  return {
    ...frame,
    show(rows) {
      shown = rows
      const plot = plotOf(frame.body)
      if (plot === undefined) mountChart()
      else plot.redraw(false)
    },
    setLogarithmic(on) {
      logarithmic = on
      mountChart()
    },
  }
}

/** Places on the canvas, or within the plot; faster than asking the plot for each of 100,000 points. */
function placer(plot: uPlot, onCanvas = true): { x: (value: number) => number; y: (value: number) => number } {
  const { min: x0 = 0, max: x1 = 1 } = plot.scales['x']!
  const { min: y0 = 0, max: y1 = 1, distr } = plot.scales['y']!
  const ratio = onCanvas ? 1 : devicePixelRatio
  const { left, top, width, height } = plot.bbox
  const kx = width / ratio / (x1! - x0! || 1)
  const of = distr === 3 ? (value: number): number => Math.log(Math.max(value, y0!)) : (value: number): number => value
  const ky = height / ratio / (of(y1!) - of(y0!) || 1)
  const dx = onCanvas ? left : 0
  const dy = (onCanvas ? top : 0) + height / ratio
  return { x: (value) => dx + (value - x0!) * kx, y: (value) => dy - (of(value) - of(y0!)) * ky }
}

function padded(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1]
  const pad = (high - low) * 0.01 || 0.5
  return [low - pad, high + pad]
}
