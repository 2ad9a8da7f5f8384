/** A run, or a set of runs, as one HTML file that needs no network. */
import { createHash } from 'node:crypto'
import { findKnee } from '../../gates/index.ts'
import type { Result } from '../../result/index.ts'
import { comparedFigures } from '../comparison.ts'
import { labelsOf, type ReportSet } from '../reportRun.ts'
import { type Assets, readAssets } from './assets.ts'
import { capacitySection } from './capacity.ts'
import { comparedSection } from './compared.ts'
import { html, type Markup, scriptJson } from './markup.ts'
import { comparisonSection, overviewSection } from './overview.ts'
import type { PageData, PagePoint } from './pageData.ts'
import { pageRun } from './payload.ts'
import { baselineSection, clientStrip, environmentSection, tablesSection, verdictSection } from './sections.ts'

/** Of a page that a server gives out; a file has none of these. */
export interface PageLinks {
  /** Where all results are listed. */
  home?: string
  /** For each run the address of one of its requests, without the index at its end. */
  requests?: readonly string[]
  /** Loads the page anew: of a run that goes on. */
  refreshSeconds?: number
}

export type { ReportRun, ReportSet } from '../reportRun.ts'

/**
 * One self-contained page. Whatever a server said is text in it: nothing it sends can become markup or run, and a
 * content security policy with the hashes of the page's own script and style stands behind that.
 */
export function renderHtml({ runs, comparisons, capacities }: ReportSet, links: PageLinks = {}): string {
  const assets = readAssets()
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
  const isSet = runs.length > 1
  const body = html`<header><h1>${titleOf({ runs, comparisons, capacities })}</h1><p class="tools">${links.home !== undefined && html`<a href="${links.home}">All results</a> `}<button type="button" id="theme" hidden>Dark / light</button></p></header>
<main>
${comparisons.map(comparedSection)}
${capacities.map(capacitySection)}
${
  isSet &&
  html`<section aria-label="All runs">${overviewSection(results, labels, knee)}
${isCurve && html`<div class="scripted" hidden><h2>Latency over throughput</h2><div class="chart" id="curve"></div></div>`}
${comparisonSection(
  labels,
  runs.map(({ result, requests }) => comparedFigures(result, requests)),
)}
<p class="scripted" hidden><label>Run shown below <select id="choice">${labels.map((label, i) => html`<option value="${i}">${label}</option>`)}</select></label></p></section>`
}
${results.map((result, i) => runSection(result, labels[i]!, i, isSet || comparisons.length + capacities.length > 0))}
</main>
<dialog id="request" aria-labelledby="request-title"></dialog>`
  return page(titleOf({ runs, comparisons, capacities }), body, data, assets, links.refreshSeconds)
}

function titleOf({ runs, comparisons, capacities }: ReportSet): string {
  const names = [...comparisons, ...capacities].map(({ name }) => name)
  const whole = runs.filter(({ isPart }) => !isPart)
  if (names.length === 1 && whole.length === 0) return names[0]!
  if (names.length === 0 && runs.length === 1) return runs[0]!.result.name
  return `${names.length + (names.length === 0 ? runs : whole).length} ${names.length === 0 ? 'runs' : 'results'}`
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

function runSection(result: Result, label: string, index: number, isSet: boolean): Markup {
  return html`<section class="run ${result.verdict}" id="run-${index}" aria-label="${label}">
${isSet && html`<h2>${label}</h2>`}
${verdictSection(result)}
${baselineSection(result)}
${clientStrip(result)}
<div class="charts scripted" data-run="${index}" hidden></div>
<div class="requests scripted" data-run="${index}" hidden></div>
<h3>Tables</h3>
${tablesSection(result)}
${environmentSection(result)}
</section>`
}

/** The content security policy of every report: its own script and its own style, and nothing else from anywhere. */
export function reportPolicy({ script, style }: Assets = readAssets()): string {
  return [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function page(title: string, body: Markup, data: PageData, assets: Assets, refreshSeconds?: number): string {
  const { script, style } = assets
  const policy = reportPolicy(assets)
  return `<!doctype html>
${
  html`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
${refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark"><title>${title} · perfgate</title>`
    .text
}
<style>${style}</style></head><body>
${body.text}
<script type="application/json" id="data">${scriptJson(data).text}</script>
<script>${script}</script></body></html>
`
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
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
