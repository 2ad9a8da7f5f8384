/** The pages of `perfgate view` that are not reports: the list of runs, one request, and what went wrong. */

import type { StoredRequest } from '../../records/index.ts'
import { capacitySentence } from '../../report/capacityDocument.ts'
import { comparisonSentence } from '../../report/comparisonDocument.ts'
import { figure } from '../../report/document.ts'
import { hashOf, html, type Markup, readAssets } from '../../report/html/markup.ts'
import { table, verdictBadge } from '../../report/html/sections.ts'
import { loadOf } from '../../report/runSet.ts'
import type { ListedRun, ListedVerdict } from './folder.ts'
import { overTimeSection } from './overTime.ts'

export interface Page {
  text: string
  /** Content security policy, with the hash of the page's style. */
  policy: string
}

export interface ListFilter {
  words: string
  verdict: string
}

const VERDICTS = ['', 'pass', 'fail', 'undecided', 'invalid', 'none', 'interrupted', 'running']
/** A run that goes on is looked at again so often. */
const REFRESH_SECONDS = 3

export function listPage(
  folder: string,
  runs: readonly ListedRun[],
  verdicts: readonly ListedVerdict[],
  filter: ListFilter,
): Page {
  const judged = verdicts.filter(
    ({ file, result: { name, verdict } }) =>
      (filter.verdict === '' || filter.verdict === verdict) &&
      `${file} ${name}`.toLowerCase().includes(filter.words.trim().toLowerCase()),
  )
  const shown = runs.filter((run) => passes(run, filter))
  const isLive = runs.some(
    ({ state, problem }) => (state === 'running' || state === 'unknown') && problem === undefined,
  )
  return page(
    'Results',
    html`<form class="filters" method="get" action="/"><label>Words in name, model or file <input type="search" name="words" value="${filter.words}"></label>
<label>Verdict <select name="verdict">${VERDICTS.map((verdict) => html`<option value="${verdict}"${verdict === filter.verdict && html` selected`}>${verdict || 'any'}</option>`)}</select></label>
<button>Filter</button> <output>${shown.length} of ${runs.length} runs in ${folder}</output></form>
<form method="get" action="/report">${table(
      'Runs, latest first (milliseconds)',
      [
        'Compare',
        'Run',
        'Verdict',
        'Load',
        'Started',
        'n',
        'Failed',
        'RPS',
        'Latency p50',
        'p99',
        'TTFT p99',
        'Request',
      ],
      shown.map(row),
    )}
<button>Compare those chosen</button></form>
${overTimeSection(shown)}
${
  judged.length > 0 &&
  table(
    'Comparisons and capacity searches, latest first',
    ['Name', 'Kind', 'Verdict', 'Started'],
    judged.map(({ file, result }) => [
      html`<a href="/report?file=${encodeURIComponent(file)}" title="${file}">${result.name}</a>`,
      result.kind,
      html`${verdictBadge(result.verdict)} ${result.kind === 'comparison' ? comparisonSentence(result) : capacitySentence(result)}`,
      when(result.startedAt),
    ]),
  )
}`,
    isLive ? REFRESH_SECONDS : undefined,
  )
}

function passes({ file, result, state, problem }: ListedRun, { words, verdict }: ListFilter): boolean {
  const states =
    problem !== undefined ? [] : state === 'unknown' ? ['running', 'interrupted'] : statesOf({ result, state })
  if (verdict !== '' && !states.includes(verdict)) return false
  const text = `${file} ${result?.name ?? ''} ${String(result?.config['model'] ?? '')} ${problem ?? ''}`
  return text.toLowerCase().includes(words.trim().toLowerCase())
}

/** What a filter finds a run by: one that was interrupted and still broke a threshold is both. */
function statesOf({ result, state }: Pick<ListedRun, 'result' | 'state'>): string[] {
  if (state !== 'finished') return [state]
  return [result!.verdict, ...(result!.interrupted ? ['interrupted'] : [])]
}

function badge({ result, state }: Pick<ListedRun, 'result' | 'state'>): Markup {
  if (state === 'unknown') return html`<span class="badge undecided">running or interrupted</span>`
  if (state === 'running') return html`<span class="badge undecided">running</span>`
  const isOpen = state === 'interrupted' || result!.verdict === 'undecided'
  if (isOpen && result!.interrupted) return html`<span class="badge undecided">interrupted</span>`
  return verdictBadge(result!.verdict)
}

function row({ file, result, state, problem, modifiedAt }: ListedRun): (string | Markup)[] {
  const query = `file=${encodeURIComponent(file)}`
  if (result === undefined)
    return [
      '',
      file,
      html`<span class="badge fail">unreadable</span> ${problem}`,
      '',
      when(modifiedAt.toISOString()),
      '',
      '',
      '',
      '',
      '',
      '',
      '',
    ]
  const { summary, distributions } = result
  return [
    html`<input type="checkbox" name="file" value="${file}" aria-label="Compare ${file}">`,
    html`<a href="/report?${query}" title="${file}">${result.name}</a>`,
    badge({ result, state }),
    loadOf(result),
    when(result.startedAt),
    String(summary.totalRequests),
    String(summary.failedRequests),
    figure(summary.qps, 2),
    figure(distributions['latency']?.p50, 1),
    figure(distributions['latency']?.p99, 1),
    figure(distributions['ttft']?.p99, 1),
    html`<a href="/request?${query}&amp;index=0">open</a>`,
  ]
}

/** To the second, in a line of its own width. */
function when(time: string): Markup {
  return html`<time datetime="${time}">${time.replace('T', ' ').replace(/\.\d+Z$/, 'Z')}</time>`
}

const TEXTS = ['request', 'response_messages', 'failure', 'inter_token_latencies'] as const

export function requestPage(file: string, request: StoredRequest): Page {
  const index = Number(request.request_index)
  const query = `file=${encodeURIComponent(file)}&index=`
  const facts = Object.entries(request).filter(([name]) => !(TEXTS as readonly string[]).includes(name))
  return page(
    `Request ${index}`,
    html`<p><a href="/report?file=${encodeURIComponent(file)}">${file}</a></p>
<form class="filters" method="get" action="/request"><input type="hidden" name="file" value="${file}"><label>Request <input type="number" name="index" min="0" value="${index}"></label><button>Open</button>
${index > 0 && html`<a href="/request?${query}${index - 1}">previous</a>`} <a href="/request?${query}${index + 1}">next</a></form>
${TEXTS.map((name) => html`<h3>${name}</h3><pre>${indented(request[name])}</pre>`)}
${table(
  'Columns of the result DB (seconds)',
  ['column', 'value'],
  facts.map(([name, value]) => [name, value === null ? 'NULL' : String(value)]),
)}`,
  )
}

export function errorPage(title: string, why: string): Page {
  return page(title, html`<p class="failures">${why}</p><p><a href="/">All results</a></p>`)
}

function indented(value: number | string | null): string {
  if (value === null) return '(not kept)'
  try {
    return JSON.stringify(JSON.parse(String(value)), null, 2)
  } catch {
    return String(value)
  }
}

function page(title: string, body: Markup, refreshSeconds?: number): Page {
  const { style } = readAssets()
  const head = html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">${refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}<title>${title} · perfgate</title>`
  return {
    text: `<!doctype html>\n${head.text}<style>${style}</style></head><body>${html`<header><h1>${title}</h1></header><main>${body}</main>`.text}</body></html>\n`,
    policy: `default-src 'none'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  }
}
