/** Sections of a document as HTML; they need no script. */
import type { Verdict } from '../../result/index.ts'
import {
  type Cell,
  type Fact,
  MARKS,
  type Origin,
  type ReportDocument,
  type Section,
  type TableSection,
} from '../document.ts'
import { originWords } from '../runDocument.ts'
import { html, type Markup } from './markup.ts'

/** What a reader is told first: verdict, gates, what went wrong, notes. */
export function wordSections({ sections }: ReportDocument): Markup[] {
  return sections.filter(({ kind }) => !LATER.includes(kind)).map(sectionMarkup)
}

const LATER: readonly Section['kind'][] = ['table', 'facts', 'origin', 'curve', 'files']

export function sectionsOf(document: ReportDocument, ...kinds: readonly Section['kind'][]): Markup[] {
  return document.sections.filter(({ kind }) => kinds.includes(kind)).map(sectionMarkup)
}

export function sectionMarkup(section: Section): Markup {
  switch (section.kind) {
    case 'verdict':
      return html`<p class="verdict">${verdictBadge(section.verdict)} <strong>${section.sentence}</strong></p>\n`
    case 'gates':
      return html`<ul class="thresholds">${section.gates.map(({ verdict, message }) => html`<li class="${verdict}">${verdictBadge(verdict)} ${afterBadge(message)}</li>`)}</ul>\n`
    case 'table':
      return tableSection(section)
    case 'list':
      return html`<div class="${section.tone === 'failure' ? 'failures' : 'warning'}"><p>${section.title}</p><ul>${section.items.map((item) => html`<li>${item}</li>`)}</ul></div>\n`
    case 'notes':
      return html`<ul class="notes">${section.notes.filter((note) => note !== '').map((note) => html`<li>${note}</li>`)}</ul>\n`
    case 'facts':
      return html`<h3>${section.title}</h3>\n<dl class="strip ${section.verdict}">${section.facts.map(factMarkup)}</dl>\n`
    case 'origin':
      return originMarkup(section.origin)
    case 'files':
      return html`<p class="hint">${section.files.map(([label, path], i) => html`${i > 0 && ', '}${label} <code>${path}</code>`)}</p>\n`
    case 'curve':
      // Drawn by the page's script, from the runs themselves.
      return html``
  }
}

export function verdictBadge(verdict: Verdict): Markup {
  return html`<span class="badge ${verdict}"><span aria-hidden="true">${MARKS[verdict]}</span> ${verdict}</span>`
}

/** A sentence for the place after a badge, which has its first word already. */
function afterBadge(sentence: string): string {
  return sentence.replace(/^undecided: /, '')
}

/** Above 85 % a run is not believed (docs/metrics.md). */
function factMarkup({ name, text, share }: Fact): Markup {
  return html`<div><dt>${name}</dt><dd>${share !== undefined && html`<meter min="0" max="1" high="0.85" optimum="0" value="${share}" aria-label="${name}">${text}</meter> `}${text}</dd></div>`
}

function originMarkup(origin: Origin): Markup {
  // The address is marked up once the rest is text.
  const words = originWords(origin, (address) => `\u0001${address}\u0001`).split('\u0001')
  return html`<details><summary>Scenario and environment</summary>
<p>${words.map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))}</p>
<pre>${JSON.stringify(origin.config, null, 2)}</pre></details>\n`
}

function tableSection({ title, unit, table: { columns, rows }, below = [] }: TableSection): Markup {
  const caption = title.replace(/:$/, '') + (unit === undefined ? '' : ` (${unit})`)
  return html`${
    rows.length > 0 &&
    table(
      caption,
      columns.map((column) => column.title),
      rows.map((row) => row.map(cellMarkup)),
    )
  }${below.length > 0 && html`<ul class="notes">${below.map((sentence) => html`<li>${sentence}</li>`)}</ul>`}\n`
}

function cellMarkup(cell: Cell): string | Markup {
  if (typeof cell === 'string') return cell
  if ('verdict' in cell) return verdictBadge(cell.verdict)
  const text = cell.href === undefined ? cell.text : html`<a href="${cell.href}">${cell.text}</a>`
  return html`${text}${cell.mark !== undefined && html` <span class="badge knee">${cell.mark}</span>`}`
}

/** The first cell of each row is its head, for readers that speak it. */
export function table(title: string, head: readonly string[], rows: readonly (readonly (string | Markup)[])[]): Markup {
  return html`<div class="scroll"><table><caption>${title}</caption><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`
}
