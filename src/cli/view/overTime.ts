/** A scenario over its runs: median latency of each run as a plain line, without a verdict. */
import { scenarioHash } from '../../gates/index.ts'
import { figure } from '../../report/document.ts'
import { html, type Markup } from '../../report/html/markup.ts'
import type { Result } from '../../result/index.ts'
import type { ListedRun } from './folder.ts'

const WIDTH = 620
const HEIGHT = 130
const LEFT = 64
const RIGHT = 16
const TOP = 12
const BOTTOM = 26

interface Point {
  startedAt: string
  /** Milliseconds. */
  median: number
}

/** A chart for each scenario with two runs or more that ran to their end; nothing where there is none. */
export function overTimeSection(runs: readonly ListedRun[]): Markup | false {
  const whole = runs.flatMap(({ result, state }) =>
    result !== undefined && state === 'finished' && !result.interrupted ? [result] : [],
  )
  // One name may stand for other loads, as the levels of a sweep.
  const scenarios = Object.values(
    Object.groupBy(whole, ({ name, config }) => `${scenarioHash(config)} ${String(config['model'])} ${name}`),
  )
  const charts = scenarios.flatMap((results) => chartsOf(results!))
  return (
    charts.length > 0 &&
    html`<section aria-label="Scenarios over their runs"><h2>Scenarios over their runs</h2>${charts}</section>`
  )
}

function chartsOf(results: readonly Result[]): Markup[] {
  const points = results
    .flatMap(({ startedAt, distributions }): Point[] => {
      const median = distributions['latency']?.p50
      return median === null || median === undefined ? [] : [{ startedAt, median }]
    })
    .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
  return points.length < 2 ? [] : [chart(results[0]!.name, points)]
}

function chart(name: string, points: readonly Point[]): Markup {
  const highest = Math.max(...points.map(({ median }) => median)) || 1
  const x = (i: number): string => (LEFT + (i / (points.length - 1)) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const y = (value: number): string => (HEIGHT - BOTTOM - (value / highest) * (HEIGHT - TOP - BOTTOM)).toFixed(1)
  const day = ({ startedAt }: Point): string => startedAt.slice(0, 10)
  return html`<figure><figcaption>${name}: latency p50 of ${points.length} runs</figcaption>
<svg class="intervals levels" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Latency p50 of each run of ${name}, oldest first; the values are in the table of runs">
${[0, highest].map((value) => html`<line class="gridline" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/><text class="axis end" x="${LEFT - 6}" y="${y(value)}">${figure(value, value >= 10 ? 0 : 2)} ms</text>`)}
<polyline points="${points.map(({ median }, i) => `${x(i)},${y(median)}`).join(' ')}"/>
${points.map((point, i) => html`<circle cx="${x(i)}" cy="${y(point.median)}" r="4"><title>${point.startedAt}: ${figure(point.median, 1)} ms</title></circle>`)}
<text class="axis" x="${LEFT}" y="${HEIGHT - 6}">${day(points[0]!)}</text><text class="axis end" x="${WIDTH - RIGHT}" y="${HEIGHT - 6}">${day(points.at(-1)!)}</text></svg></figure>`
}
