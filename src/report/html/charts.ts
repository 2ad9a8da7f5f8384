/** Pictures that need no script: intervals of runs beside each other, shifts of a comparison, levels of a capacity search. */
import type { CapacityResult, CapacityStep, ComparedRegression } from '../../result/index.ts'
import { changeWords } from '../comparisonDocument.ts'
import { figure } from '../document.ts'
import type { ComparedFigure } from '../runSet.ts'
import { html, type Markup } from './markup.ts'

const INTERVALS = { width: 640, left: 8, rowHeight: 22 }

/** A dot for each run and a line for its interval. */
export function intervalPlot(title: string, labels: readonly string[], figures: readonly ComparedFigure[]): Markup {
  const all = figures.flatMap(({ value, interval }) => [value, ...(interval ?? [])]).filter((one) => one !== null)
  if (all.length === 0) return html``
  const most = Math.max(...all) * 1.05 || 1
  const x = (value: number): string =>
    (INTERVALS.left + (value / most) * (INTERVALS.width - 2 * INTERVALS.left)).toFixed(1)
  const height = figures.length * INTERVALS.rowHeight * 2 + 26
  const rows = figures.map(({ value, interval }, i) => {
    const y = i * INTERVALS.rowHeight * 2 + INTERVALS.rowHeight + 12
    const low = interval?.[0] ?? value
    const open = interval !== undefined && interval[1] === null
    const high = open ? most : (interval?.[1] ?? value)
    return html`<text x="${INTERVALS.left}" y="${y - 12}">${labels[i]}: ${figure(value, 1)} ms</text>${
      value !== null &&
      html`<line class="whisker${open && ' open'}" x1="${x(low!)}" x2="${x(high!)}" y1="${y}" y2="${y}"/><circle cx="${x(value)}" cy="${y}" r="4.5"/>`
    }`
  })
  return html`<figure><figcaption>${title}</figcaption><svg class="intervals" viewBox="0 0 ${INTERVALS.width} ${height}" role="img" aria-label="${title} of each run with its interval; the figures are in the table below">${rows}<text class="axis" x="${INTERVALS.left}" y="${height - 4}">0</text><text class="axis end" x="${INTERVALS.width - INTERVALS.left}" y="${height - 4}">${figure(most, 0)} ms</text></svg></figure>`
}

const SHIFTS = { width: 900, labels: 210, right: 12, rowHeight: 46, top: 34 }
/** Tolerances to either side of zero that are always in the picture, and that are at most. */
const LEAST_REACH = 1.5
const MOST_REACH = 8

/**
 * One row for each figure, all to one scale: zero is no change, one is the tolerance, and worse is to the right,
 * whatever the unit of the figure and whether more or less of it is worse.
 */
export function shiftChart(regressions: readonly ComparedRegression[]): Markup {
  const rows = regressions.flatMap((regression) => {
    const shift = shiftOf(regression)
    return shift === undefined ? [] : [{ regression, shift }]
  })
  if (rows.length === 0) return html``
  const ends = rows.flatMap(({ shift: { estimate, low, high } }) => [estimate, low, high])
  const reach = Math.min(MOST_REACH, Math.max(LEAST_REACH, ...ends.filter(Number.isFinite).map(Math.abs)) * 1.08)
  const x = (value: number): string => {
    const inside = Math.max(-reach, Math.min(reach, value))
    return (SHIFTS.labels + ((inside + reach) / (2 * reach)) * (SHIFTS.width - SHIFTS.labels - SHIFTS.right)).toFixed(1)
  }
  const height = SHIFTS.top + rows.length * SHIFTS.rowHeight + 4
  const lines = rows.map(({ regression, shift }, i) => {
    const y = SHIFTS.top + i * SHIFTS.rowHeight + 28
    const { estimate, low, high } = shift
    const isOpen = low < -reach || high > reach
    return html`<text x="0" y="${y + 4}">${regression.figure}</text><text class="axis" x="${x(estimate)}" y="${y - 10}" text-anchor="${anchor(estimate / reach)}">${changeWords(regression)}</text><line class="whisker ${regression.verdict}${isOpen && ' open'}" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/><circle class="${regression.verdict}" cx="${x(estimate)}" cy="${y}" r="5"/>`
  })
  return html`<figure><figcaption>Shift of each figure, with its interval</figcaption>
<svg class="intervals shifts" viewBox="0 0 ${SHIFTS.width} ${height}" role="img" aria-label="Change of each figure from baseline to candidate as a multiple of its tolerance, with its interval; the figures are in the table below">
<rect class="tolerated" x="${x(0)}" y="${SHIFTS.top - 8}" width="${(Number(x(1)) - Number(x(0))).toFixed(1)}" height="${height - SHIFTS.top + 6}"/>
<line class="zero" x1="${x(0)}" x2="${x(0)}" y1="${SHIFTS.top - 8}" y2="${height}"/><line class="limit" x1="${x(1)}" x2="${x(1)}" y1="${SHIFTS.top - 8}" y2="${height}"/>
<text class="axis end" x="${x(0)}" y="22">no change</text><text class="axis" x="${x(1)}" y="22">tolerance</text><text class="axis" x="${SHIFTS.labels}" y="12">← better</text><text class="axis end" x="${SHIFTS.width - SHIFTS.right}" y="12">worse →</text>
${lines}</svg>
<p class="hint">Each row is scaled to its own tolerance. A figure fails when its whole interval lies beyond it; a dashed interval goes on outside the picture.</p></figure>`
}

interface Shift {
  estimate: number
  low: number
  high: number
}

/** In tolerances, worse above zero; undefined where nothing was measured. A tolerance of zero counts as a hundredth. */
function shiftOf({ change, tolerance, worse }: ComparedRegression): Shift | undefined {
  if (change === null) return undefined
  const scale = (worse === 'higher' ? 1 : -1) / (Math.abs(tolerance) || 0.01)
  const ends = [change.low ?? Number.NEGATIVE_INFINITY, change.high ?? Number.POSITIVE_INFINITY].map(
    (end) => end * scale,
  )
  return { estimate: change.estimate * scale, low: Math.min(...ends), high: Math.max(...ends) }
}

/** Labels at the edges stay inside. */
function anchor(place: number): string {
  return place > 0.6 ? 'end' : place < -0.6 ? 'start' : 'middle'
}

const LEVELS = { width: 560, height: 260, left: 52, right: 16, top: 24, bottom: 34 }
const TICK_ROOM = 30
const LABEL_WIDTH = 13
const LABEL_HEIGHT = 10

/** Levels double at first and are then halved: a logarithmic axis shows both. */
export function levelChart(
  title: string,
  { criteria, steps, variable }: CapacityResult,
  measure: (step: CapacityStep) => number | null,
  unit: string,
): Markup {
  const ascending = steps.toSorted((a, b) => a.level - b.level)
  const points = ascending.flatMap((step) => {
    const value = measure(step)
    return value === null ? [] : [{ step, value }]
  })
  if (points.length === 0) return html``
  const [least, most] = [ascending[0]!.level, ascending.at(-1)!.level].map(Math.log2) as [number, number]
  const highest = Math.max(...points.map(({ value }) => value)) * 1.12 || 1
  const x = (level: number): number =>
    LEVELS.left +
    (most === least ? 0.5 : (Math.log2(level) - least) / (most - least)) * (LEVELS.width - LEVELS.left - LEVELS.right)
  const y = (value: number): number =>
    LEVELS.height - LEVELS.bottom - (value / highest) * (LEVELS.height - LEVELS.top - LEVELS.bottom)
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
<svg class="intervals levels" viewBox="0 0 ${LEVELS.width} ${LEVELS.height}" role="img" aria-label="${title}, for the levels the search tried; the figures are in the table below">
${[0, 0.5, 1].map((part) => {
  const value = (highest / 1.12) * part
  return html`<line class="gridline" x1="${LEVELS.left}" x2="${LEVELS.width - LEVELS.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text class="axis end" x="${LEVELS.left - 6}" y="${(y(value) + 4).toFixed(1)}">${figure(value, value >= 10 ? 0 : 2)} ${unit}</text>`
})}
${[...answers].map((level) => html`<line class="answer" x1="${x(level).toFixed(1)}" x2="${x(level).toFixed(1)}" y1="${LEVELS.top - 12}" y2="${LEVELS.height - LEVELS.bottom}"/>`)}
${shownTicks(
  ascending.map(({ level }) => level),
  answers,
  x,
).map(
  (level) =>
    html`<text class="axis" x="${x(level).toFixed(1)}" y="${LEVELS.height - LEVELS.bottom + 16}" text-anchor="middle">${figure(level, 2)}</text>`,
)}
<text class="axis" x="${(LEVELS.left + LEVELS.width - LEVELS.right) / 2}" y="${LEVELS.height - 4}" text-anchor="middle">${variable}</text>
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
