/** A run, or a set of runs, as one HTML file that needs no network. */
import { findKnee } from '../../gates/index.ts'
import type { CapacityResult, ComparisonResult, Result } from '../../result/index.ts'
import { capacityDocument } from '../capacityDocument.ts'
import { comparisonDocument } from '../comparisonDocument.ts'
import { type Cell, type TableSection, tableOf } from '../document.ts'
import { runDocument } from '../runDocument.ts'
import {
  COMPARED,
  comparedFigures,
  intervalSection,
  labelsOf,
  type ReportRun,
  type ReportSet,
  runCells,
  runTitles,
} from '../runSet.ts'
import { intervalPlot, levelChart, shiftChart } from './charts.ts'
import { html, htmlPage, type Markup } from './markup.ts'
import type { PageData, PagePoint } from './pageData.ts'
import { pageRun } from './payload.ts'
import { sectionMarkup, sectionsOf, wordSections } from './sections.ts'

/** Of a page that a server gives out; a file has none of these. */
export interface PageLinks {
  /** Where all results are listed. */
  home?: string
  /** For each run the address of one of its requests, without the index at its end. */
  requests?: readonly string[]
  /** Loads the page anew: of a run that goes on. */
  refreshSeconds?: number
}

export type { ReportRun, ReportSet } from '../runSet.ts'

/**
 * One self-contained page. Whatever a server said is text in it: nothing it sends can become markup or run, and a
 * content security policy with the hashes of the page's own script and style stands behind that.
 */
export function renderHtml({ runs, comparisons, capacities }: ReportSet, links: PageLinks = {}): string {
  const results = runs.map(({ result }) => result)
  const labels = labelsOf(results)
  const loads = loadsOf(results)
  const points = results.map((result, i) => pointOf(result, labels[i]!, loads[i]!))
  const isCurve = isOneScenario(results)
  const knee = isCurve ? kneeOf(points) : -1
  const data: PageData = {
    runs: runs.map(({ result, requests }, i) => ({
      ...pageRun(result, requests),
      title: labels[i]!,
      requestUrl: links.requests?.[i] ?? null,
    })),
    points,
    knee,
  }
  const title = titleOf({ runs, comparisons, capacities })
  const isAmongOthers = runs.length > 1 || comparisons.length + capacities.length > 0
  const body = html`<header><h1>${title}</h1><p class="tools">${links.home !== undefined && html`<a href="${links.home}">All results</a> `}<button type="button" id="theme" hidden>Dark / light</button></p></header>
<main>
${comparisons.map(comparisonMarkup)}
${capacities.map(capacityMarkup)}
${runs.length > 1 && setMarkup(runs, labels, isCurve, knee)}
${results.map((result, i) => runMarkup(result, labels[i]!, i, isAmongOthers))}
</main>
<dialog id="request" aria-labelledby="request-title"></dialog>`
  return htmlPage({ title, data, refreshSeconds: links.refreshSeconds }, body)
}

function titleOf({ runs, comparisons, capacities }: ReportSet): string {
  const names = [...comparisons, ...capacities].map(({ name }) => name)
  const whole = runs.filter(({ isPart }) => !isPart)
  if (names.length === 1 && whole.length === 0) return names[0]!
  if (names.length === 0 && runs.length === 1) return runs[0]!.result.name
  return `${names.length + (names.length === 0 ? runs : whole).length} ${names.length === 0 ? 'runs' : 'results'}`
}

function runMarkup(result: Result, label: string, index: number, isAmongOthers: boolean): Markup {
  const document = runDocument(result)
  const [summary, percentiles, ...tables] = sectionsOf(document, 'table')
  return html`<section class="run ${result.verdict}" id="run-${index}" aria-label="${label}">
${isAmongOthers && html`<h2>${label}</h2>`}
${wordSections(document)}
${sectionsOf(document, 'facts')}
<div class="charts scripted" data-run="${index}" hidden></div>
<h3>Tables</h3>
<div class="columns">${summary}${percentiles}</div>
${tables}
<div class="requests scripted" data-run="${index}" hidden></div>
${sectionsOf(document, 'origin', 'files')}
</section>`
}

function comparisonMarkup(comparison: ComparisonResult): Markup {
  const document = comparisonDocument(comparison)
  return html`<section class="compared ${comparison.verdict}" aria-label="Comparison ${comparison.name}">
<h2>Comparison: ${comparison.name}</h2>
${sectionsOf(document, 'verdict')}
${shiftChart(comparison.regressions)}
${sectionsOf(document, 'table', 'gates', 'list', 'notes', 'origin', 'files')}
</section>`
}

function capacityMarkup(capacity: CapacityResult): Markup {
  const { name, verdict, variable } = capacity
  const document = capacityDocument(capacity)
  return html`<section class="capacity ${verdict}" aria-label="Capacity search ${name}">
<h2>Capacity search: ${name}</h2>
${sectionsOf(document, 'verdict', 'gates')}
<div class="grid">
${levelChart(`Requests per second over ${variable}`, capacity, ({ qps }) => qps, '/s')}
${levelChart(`p99 latency over ${variable}`, capacity, ({ p99LatencySeconds }) => p99LatencySeconds, 's')}
</div>
<p class="legend"><span class="key held">meets every criterion that is a limit</span><span class="key failure">does not</span>Dashed lines: the answers. Numbers: the order in which levels were tried.</p>
${sectionsOf(document, 'table', 'notes', 'origin')}
</section>`
}

function setMarkup(runs: readonly ReportRun[], labels: readonly string[], isCurve: boolean, knee: number): Markup {
  const figures = runs.map(comparedFigures)
  return html`<section aria-label="All runs">${sectionMarkup(setSection(runs, labels, knee))}
${isCurve && html`<div class="scripted" hidden><h2>Latency over throughput</h2><div class="chart" id="curve"></div></div>`}
<h2>Comparison with 95 % intervals</h2>
<p class="hint">A difference smaller than the intervals is not one. Runs measured at different times also differ by what else the machines did; a comparison in one job is the reliable one.</p>
<div class="grid">${COMPARED.map(({ title }, k) =>
    intervalPlot(
      title,
      labels,
      figures.map((run) => run[k]!),
    ),
  )}</div>
${sectionMarkup(intervalSection(labels, figures))}
<p class="scripted" hidden><label>Run shown below <select id="choice">${labels.map((label, i) => html`<option value="${i}">${label}</option>`)}</select></label></p></section>`
}

const SET_COLUMNS = [
  'verdict',
  'concurrency',
  'rate',
  'requests',
  'qps',
  'outputTokens',
  'success',
  'latencyP50',
  'latencyP99',
  'ttftP50',
  'ttftP99',
] as const

/** The overview of a set: one row for each run, the knee marked. */
function setSection(runs: readonly ReportRun[], labels: readonly string[], knee: number): TableSection {
  const rows = runs.map(({ result }, i): Cell[] => [
    { text: labels[i]!, href: `#run-${i}`, ...(i === knee && { mark: 'knee' }) },
    ...runCells(result, SET_COLUMNS),
  ])
  return { kind: 'table', title: 'Overview', table: tableOf(['Run', ...runTitles(SET_COLUMNS)], rows), layout: 'left' }
}

/** A curve of latency over throughput is one of levels of one scenario; others have nothing to do with each other. */
function isOneScenario(results: readonly Result[]): boolean {
  return results.length > 1 && new Set(results.map(({ name }) => name)).size === 1
}

/** Place of the knee that a sweep's own text names, or −1: see `findKnee`. */
function kneeOf(points: readonly PagePoint[]): number {
  const ascending = points
    .flatMap(({ load, qps }, i) => (load === null ? [] : [{ i, load, throughput: qps }]))
    .toSorted((a, b) => a.load - b.load)
  const found = ascending.length < points.length ? undefined : findKnee(ascending)
  return found === undefined ? -1 : ascending[found]!.i
}

/** Requests per second where the levels differ in them, otherwise requests in flight. */
function loadsOf(results: readonly Result[]): (number | null)[] {
  const rates = results.map(({ config }) => Number(config['rate'] ?? -1))
  const isRate = rates.every((rate) => rate > 0) && new Set(rates).size > 1
  return results.map(({ summary }, i) => (isRate ? rates[i]! : summary.concurrency))
}

function pointOf({ summary, distributions }: Result, label: string, load: number | null): PagePoint {
  return {
    label,
    load,
    qps: summary.qps,
    outputTokensPerSecond: summary.outputTokensPerSecond,
    p50LatencyMs: distributions['latency']?.p50 ?? null,
    p99LatencyMs: distributions['latency']?.p99 ?? null,
    p99TtftMs: distributions['ttft']?.p99 ?? null,
  }
}
