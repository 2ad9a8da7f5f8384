/** A capacity search in a page: its verdict, throughput and latency over the levels that were tried, the answers. */
import type { CapacityResult, CapacityStep } from '../../result/index.ts'
import { capacitySentence, criterionCells, stepCells } from '../capacityText.ts'
import { figure } from '../figures.ts'
import { html, type Markup } from './markup.ts'
import { afterBadge, environmentLine, table, verdictBadge } from './sections.ts'

export function capacitySection(capacity: CapacityResult): Markup {
  const { name, verdict, gate, notes, variable, steps, startedAt, endpoint, environment, config } = capacity
  const answers = criterionCells(capacity)
  const tried = stepCells(capacity)
  const ascending = steps.toSorted((a, b) => a.level - b.level)
  return html`<section class="capacity ${verdict}" aria-label="Capacity search ${name}">
<h2>Capacity search: ${name}</h2>
<p class="verdict">${verdictBadge(verdict)} <strong>${capacitySentence(capacity)}</strong></p>
${
  gate.length > 0 &&
  html`<ul class="thresholds">${gate.map((one) => html`<li class="${one.verdict}">${verdictBadge(one.verdict)} ${afterBadge(one.message)}</li>`)}</ul>`
}
<div class="grid">
${levelChart(`Requests per second over ${variable}`, capacity, ascending, ({ qps }) => qps, '/s')}
${levelChart(`p99 latency over ${variable}`, capacity, ascending, ({ p99LatencySeconds }) => p99LatencySeconds, 's')}
</div>
<p class="legend"><span class="key held">meets every criterion that is a limit</span><span class="key failure">does not</span>Dashed lines: the answers. Numbers: the order in which levels were tried.</p>
${table('Max satisfied', answers.head, answers.rows)}
${table(
  'Levels tried',
  [...tried.head, 'Tried as'],
  tried.rows.map((row, i) => [...row, String(steps.indexOf(ascending[i]!) + 1)]),
)}
<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>
<details><summary>Scenario and environment</summary>
<p>Started ${startedAt} against <code>${endpoint.url}</code>; ${environmentLine(environment)}.</p>
<pre>${JSON.stringify(config, null, 2)}</pre></details>
</section>`
}

const WIDTH = 560
const HEIGHT = 260
const LEFT = 52
const RIGHT = 16
const TOP = 24
const BOTTOM = 34
const TICK_ROOM = 30
const LABEL_WIDTH = 13
const LABEL_HEIGHT = 10

/** Levels double at first and are then halved: a logarithmic axis shows both. */
function levelChart(
  title: string,
  { criteria, steps, variable }: CapacityResult,
  ascending: readonly CapacityStep[],
  measure: (step: CapacityStep) => number | null,
  unit: string,
): Markup {
  const points = ascending.flatMap((step) => {
    const value = measure(step)
    return value === null ? [] : [{ step, value }]
  })
  if (points.length === 0) return html``
  const [least, most] = [ascending[0]!.level, ascending.at(-1)!.level].map(Math.log2) as [number, number]
  const highest = Math.max(...points.map(({ value }) => value)) * 1.12 || 1
  const x = (level: number): number =>
    LEFT + (most === least ? 0.5 : (Math.log2(level) - least) / (most - least)) * (WIDTH - LEFT - RIGHT)
  const y = (value: number): number => HEIGHT - BOTTOM - (value / highest) * (HEIGHT - TOP - BOTTOM)
  const path = points.map(({ step, value }) => `${x(step.level).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const answers = new Set(criteria.flatMap(({ maxSatisfied }) => maxSatisfied ?? []))
  const places = labelPlaces(points.map(({ step, value }) => ({ x: x(step.level), y: y(value) })))
  const marks = points.map(({ step, value }, i) => {
    const holds = step.clientValid && criteria.every(({ kind }, k) => kind !== 'limit' || step.satisfied[k])
    const [cx, cy] = [x(step.level), y(value)]
    const order = steps.indexOf(step) + 1
    return html`${
      holds
        ? html`<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="5"/>`
        : html`<path class="cross" d="M${(cx - 5).toFixed(1)} ${(cy - 5).toFixed(1)}l10 10m0-10l-10 10"/>`
    }<text class="axis" x="${cx.toFixed(1)}" y="${places[i]!.toFixed(1)}" text-anchor="middle">${order}</text>`
  })
  return html`<figure><figcaption>${title}</figcaption>
<svg class="intervals levels" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}, for the levels the search tried; the figures are in the table below">
${[0, 0.5, 1].map((part) => {
  const value = (highest / 1.12) * part
  return html`<line class="gridline" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text class="axis end" x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}">${figure(value, value >= 10 ? 0 : 2)} ${unit}</text>`
})}
${[...answers].map((level) => html`<line class="answer" x1="${x(level).toFixed(1)}" x2="${x(level).toFixed(1)}" y1="${TOP - 12}" y2="${HEIGHT - BOTTOM}"/>`)}
${shownTicks(
  ascending.map(({ level }) => level),
  answers,
  x,
).map(
  (level) =>
    html`<text class="axis" x="${x(level).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${figure(level, 2)}</text>`,
)}
<text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${variable}</text>
<polyline points="${path}"/>${marks}</svg></figure>`
}

/** Levels whose labels do not touch: the answers before the others, and of those the higher ones. */
function shownTicks(levels: readonly number[], answers: ReadonlySet<number>, x: (level: number) => number): number[] {
  const shown: number[] = []
  const wanted = levels.filter((level) => answers.has(level))
  for (const level of [...wanted, ...levels.toReversed()])
    if (shown.every((other) => Math.abs(x(other) - x(level)) >= TICK_ROOM)) shown.push(level)
  return shown
}

interface Point {
  x: number
  y: number
}

/** Heights of the labels of points from left to right: above the point, or where another label or point is, elsewhere. */
function labelPlaces(points: readonly Point[]): number[] {
  const labels: Point[] = []
  for (const { x, y } of points) {
    const isFree = (at: number): boolean =>
      labels.every((one) => Math.abs(one.x - x) > LABEL_WIDTH || Math.abs(one.y - at) > LABEL_HEIGHT) &&
      points.every((one) => one.x === x || Math.abs(one.x - x) > LABEL_WIDTH || Math.abs(one.y - at + 4) > LABEL_HEIGHT)
    const at = [y - 10, y + 19, y - 22, y + 31, y - 34].find(isFree) ?? y - 10
    labels.push({ x, y: at })
  }
  return labels.map((label) => label.y)
}
