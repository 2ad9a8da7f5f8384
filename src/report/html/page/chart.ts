/** What all charts share: colours of the theme, axes, size, and a table in words beside each. */
import uPlot from 'uplot'
import { element } from './element.ts'

export interface Palette {
  text: string
  grid: string
  latency: string
  ttft: string
  failed: string
  tokens: string
}

export function palette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    text: of('muted'),
    grid: of('grid'),
    latency: of('latency'),
    ttft: of('ttft'),
    failed: of('failed'),
    tokens: of('tokens'),
  }
}

export interface ChartFrame {
  figure: HTMLElement
  body: HTMLElement
}

/** A figure with a title; `description` is what a screen reader says of the drawing. */
export function chartFrame(title: string, description: string, hint = ''): ChartFrame {
  const body = element('div', { class: 'plot', role: 'img', 'aria-label': description })
  const figure = element('figure', { class: 'chart' }, element('figcaption', {}, title), body)
  if (hint !== '') figure.append(element('p', { class: 'hint' }, hint))
  return { figure, body }
}

/** The same figures in words, folded. */
export function dataTable(title: string, head: string[], rows: string[][]): HTMLElement {
  const line = (cells: string[], tag: 'th' | 'td'): HTMLElement =>
    element('tr', {}, ...cells.map((cell) => element(tag, tag === 'th' ? { scope: 'col' } : {}, cell)))
  return element(
    'details',
    { class: 'data' },
    element('summary', {}, `${title} as a table`),
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        {},
        element('caption', {}, title),
        element('thead', {}, line(head, 'th')),
        element('tbody', {}, ...rows.map((row) => line(row, 'td'))),
      ),
    ),
  )
}

export function axis(label: string, colours: Palette, more: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return {
    label,
    labelSize: 22,
    stroke: colours.text,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { stroke: colours.grid, width: 1 },
    ...more,
  }
}

/** A limit far above everything measured would press the rest to the ground: it is left out of the picture then. */
const FAR = 4

/** The highest of what is drawn, with the limits that are near enough. */
export function withLimits(most: number, limits: readonly { value: number }[]): number {
  return Math.max(most, ...limits.map(({ value }) => value).filter((value) => value <= most * FAR))
}

/** Draws a dashed line for each limit, with its gate in words. */
export function limitLines(limits: readonly { label: string; value: number }[]): (plot: uPlot) => void {
  return (plot) => {
    const { ctx, bbox } = plot
    const { min, max } = plot.scales['y']!
    const { failed } = palette()
    ctx.save()
    ctx.strokeStyle = failed
    ctx.fillStyle = failed
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`
    ctx.textAlign = 'right'
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
    for (const { label, value } of limits) {
      if (value < (min ?? 0) || value > (max ?? 0)) continue
      const y = plot.valToPos(value, 'y', true)
      ctx.beginPath()
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(bbox.left + bbox.width, y)
      ctx.stroke()
      ctx.fillText(label, bbox.left + bbox.width - 4 * devicePixelRatio, y - 5 * devicePixelRatio)
    }
    ctx.restore()
  }
}

const HEIGHT = 260
const plots = new Map<HTMLElement, { plot: uPlot; draw: () => uPlot }>()

/** Draws, and draws anew when the theme changes; the width follows the page. */
export function mount(
  body: HTMLElement,
  make: (width: number, height: number) => [uPlot.Options, uPlot.AlignedData],
): void {
  const draw = (): uPlot => {
    body.replaceChildren()
    return new uPlot(...make(Math.max(280, body.clientWidth), HEIGHT), body)
  }
  plots.set(body, { plot: draw(), draw })
  observer.observe(body)
}

export function plotOf(body: HTMLElement): uPlot | undefined {
  return plots.get(body)?.plot
}

export function redrawAll(): void {
  for (const entry of plots.values()) {
    entry.plot.destroy()
    entry.plot = entry.draw()
  }
}

const observer = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const entry = plots.get(target as HTMLElement)
    const width = Math.floor(contentRect.width)
    if (entry && width > 0 && Math.abs(entry.plot.width - width) > 1) entry.plot.setSize({ width, height: HEIGHT })
  }
})

export function milliseconds(value: number): string {
  if (Number.isNaN(value)) return 'n/a'
  if (value === 0) return '0'
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`
  return `${value >= 100 ? value.toFixed(0) : Number(value.toFixed(value >= 1 ? 1 : 3))} ms`
}
