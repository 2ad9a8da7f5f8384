/** A comparison in a page: its verdict, the shift of each figure with its interval as a chart and a table, both sides. */
import type { ComparedRegression, ComparisonResult } from '../../result/index.ts'
import { changedRows, comparedFailures, comparisonSentence, planSentence, REGRESSION_HEAD } from '../comparisonTable.ts'
import { html, type Markup } from './markup.ts'
import { afterBadge, environmentLine, table, verdictBadge } from './sections.ts'

const WIDTH = 900
const LABELS = 210
const RIGHT = 12
const ROW_HEIGHT = 46
const TOP = 34
/** Tolerances to either side of zero that are always in the picture, and that are at most. */
const LEAST_REACH = 1.5
const MOST_REACH = 8

export function comparedSection(comparison: ComparisonResult): Markup {
  const { name, verdict, regressions, baseline, candidate, notes, environment, startedAt, config } = comparison
  const problems = [
    ...baseline.client.reasons.map((reason) => `baseline: ${reason}`),
    ...candidate.client.reasons.map((reason) => `candidate: ${reason}`),
  ]
  const failures = comparedFailures(comparison)
  return html`<section class="compared ${verdict}" aria-label="Comparison ${name}">
<h2>Comparison: ${name}</h2>
<p class="verdict">${verdictBadge(verdict)} <strong>${comparisonSentence(comparison)}</strong></p>
${shiftChart(regressions)}
${table(
  'Candidate against baseline, measured in turn in one run',
  REGRESSION_HEAD,
  changedRows(comparison).map((row, i) => [...row.slice(0, -1), verdictBadge(regressions[i]!.verdict)]),
)}
<ul class="thresholds">${regressions.map((one) => html`<li class="${one.verdict}">${verdictBadge(one.verdict)} ${afterBadge(one.message)}</li>`)}</ul>
${
  problems.length > 0 &&
  html`<div class="warning"><p>The load generator was the bottleneck, so these figures are its own rather than the servers’:</p><ul>${problems.map((reason) => html`<li>${reason}</li>`)}</ul></div>`
}
${failures.length > 0 && html`<div class="failures"><p>Failed requests:</p><ul>${failures.map((line) => html`<li>${line}</li>`)}</ul></div>`}
<ul class="notes">${[planSentence(comparison), ...notes].map((note) => html`<li>${note}</li>`)}</ul>
<details><summary>Scenario and environment</summary>
<p>Started ${startedAt}; baseline <code>${baseline.endpoint.command ?? baseline.endpoint.url}</code>, candidate <code>${candidate.endpoint.command ?? candidate.endpoint.url}</code>; ${environmentLine(environment)}.</p>
<pre>${JSON.stringify(config, null, 2)}</pre></details>
</section>`
}

/**
 * One row for each figure, all to one scale: zero is no change, one is the tolerance, and worse is to the right,
 * whatever the unit of the figure and whether more or less of it is worse.
 */
function shiftChart(regressions: readonly ComparedRegression[]): Markup {
  const rows = regressions.flatMap((regression) => {
    const shift = shiftOf(regression)
    return shift === undefined ? [] : [{ regression, shift }]
  })
  if (rows.length === 0) return html``
  const ends = rows.flatMap(({ shift: { estimate, low, high } }) => [estimate, low, high])
  const reach = Math.min(MOST_REACH, Math.max(LEAST_REACH, ...ends.filter(Number.isFinite).map(Math.abs)) * 1.08)
  const x = (value: number): string => {
    const inside = Math.max(-reach, Math.min(reach, value))
    return (LABELS + ((inside + reach) / (2 * reach)) * (WIDTH - LABELS - RIGHT)).toFixed(1)
  }
  const height = TOP + rows.length * ROW_HEIGHT + 4
  const lines = rows.map(({ regression, shift }, i) => {
    const y = TOP + i * ROW_HEIGHT + 28
    const { estimate, low, high } = shift
    const isOpen = low < -reach || high > reach
    return html`<text x="0" y="${y + 4}">${regression.figure}</text><text class="axis" x="${x(estimate)}" y="${y - 10}" text-anchor="${anchor(estimate / reach)}">${changeWords(regression)}</text><line class="whisker ${regression.verdict}${isOpen && ' open'}" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/><circle class="${regression.verdict}" cx="${x(estimate)}" cy="${y}" r="5"/>`
  })
  return html`<figure><figcaption>Shift of each figure, with its interval</figcaption>
<svg class="intervals shifts" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Change of each figure from baseline to candidate as a multiple of its tolerance, with its interval; the figures are in the table below">
<rect class="tolerated" x="${x(0)}" y="${TOP - 8}" width="${(Number(x(1)) - Number(x(0))).toFixed(1)}" height="${height - TOP + 6}"/>
<line class="zero" x1="${x(0)}" x2="${x(0)}" y1="${TOP - 8}" y2="${height}"/><line class="limit" x1="${x(1)}" x2="${x(1)}" y1="${TOP - 8}" y2="${height}"/>
<text class="axis end" x="${x(0)}" y="22">no change</text><text class="axis" x="${x(1)}" y="22">tolerance</text><text class="axis" x="${LABELS}" y="12">← better</text><text class="axis end" x="${WIDTH - RIGHT}" y="12">worse →</text>
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

/** As in the table: `+12.1 % [−3, +20]`. */
function changeWords(regression: ComparedRegression): string {
  return changedRows({ regressions: [regression] })[0]![3]!
}

/** Labels at the edges stay inside. */
function anchor(place: number): string {
  return place > 0.6 ? 'end' : place < -0.6 ? 'start' : 'middle'
}
