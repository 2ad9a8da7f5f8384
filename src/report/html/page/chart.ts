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
