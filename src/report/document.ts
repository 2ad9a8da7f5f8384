/**
 * A report before it is drawn: sections that the terminal, Markdown and the page render. A renderer may leave details out
 * or put sections into another order, but it has no rows, sentences or lists of its own.
 */
import { stripVTControlCharacters } from 'node:util'
import type { Environment, Verdict } from '../result/index.ts'

export interface ReportDocument {
  /** Of the scenario, the comparison or the search. */
  name: string
  verdict: Verdict
  sections: readonly Section[]
}

export type Section =
  | { kind: 'verdict'; verdict: Verdict; sentence: string }
  | { kind: 'gates'; gates: readonly Gate[] }
  | TableSection
  | { kind: 'list'; tone: 'warning' | 'failure'; title: string; items: readonly string[] }
  /** Sentences. */
  | { kind: 'notes'; notes: readonly string[] }
  | { kind: 'facts'; title: string; verdict: Verdict; facts: readonly Fact[]; isDetail: true }
  | { kind: 'curve'; title: string; points: readonly CurvePoint[]; labels: { x: string; y: string } }
  | { kind: 'origin'; origin: Origin; isDetail: true }
  /** Never wrapped, however long: a path is there to be copied. */
  | { kind: 'files'; files: readonly (readonly [label: string, path: string])[] }

/** One threshold, objective, tolerance or capacity that was judged, in the words of its gate. */
export interface Gate {
  verdict: Verdict
  message: string
}

export interface TableSection {
  kind: 'table'
  title: string
  /** Of all values; the page and Markdown add it to the title. */
  unit?: string
  table: Table
  /** In a terminal; `ruled`: with rules between all rows, and as wide as the terminal allows. */
  layout: 'center' | 'left' | 'ruled'
  /** Sentences below the table. */
  below?: readonly string[]
}

export interface Table {
  columns: readonly Column[]
  rows: readonly (readonly Cell[])[]
  /** How many of the rows are for every reader; the terminal leaves the others out. Absent: all. */
  mainRows?: number
}

export interface Column {
  title: string
  /** The terminal leaves it out. */
  isDetail?: boolean
}

/** Text, or a verdict in its own sign and colour; `href`: a link in the page. */
export type Cell = string | { verdict: Verdict } | { text: string; href?: string; mark?: string }

export interface Fact {
  name: string
  text: string
  /** 0 to 1, where it is a share of what there is: the page has a meter for it. */
  share?: number
}

export interface CurvePoint {
  x: number
  y: number
  /** Written beside the point, for instance its level of load. */
  label: string
  /** Drawn with the mark of what was looked for. */
  isMarked: boolean
}

/** Where a result comes from. */
export interface Origin {
  startedAt: string
  /** For instance `against` and a URL. */
  targets: readonly (readonly [word: string, address: string])[]
  environment: Environment
  config: Record<string, unknown>
}

export function tableOf(titles: readonly (string | Column)[], rows: readonly (readonly Cell[])[]): Table {
  return { columns: titles.map((title) => (typeof title === 'string' ? { title } : title)), rows }
}

/** What a renderer without signs, colours and links writes. */
export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if ('verdict' in cell) return cell.verdict
  return cell.mark === undefined ? cell.text : `${cell.text} (${cell.mark})`
}

/** Sections with nothing in them are left out, so that a document may name all that there could be. */
export function withContent(sections: readonly (Section | undefined)[]): Section[] {
  return sections.filter((section): section is Section => {
    switch (section?.kind) {
      case undefined:
        return false
      case 'gates':
        return section.gates.length > 0
      case 'table':
        return section.table.rows.length > 0 || (section.below?.length ?? 0) > 0
      case 'list':
        return section.items.length > 0
      case 'notes':
        return section.notes.length > 0
      case 'files':
        return section.files.length > 0
      default:
        return true
    }
  })
}

/** `perfgate 0.1.0, Node 24.0.0, linux x64, …, commit 0123abc` */
export function environmentSentence({ node, perfgate, os, cpu, cores, memoryGiB, ci, commit }: Environment): string {
  const parts = [`perfgate ${perfgate}`, `Node ${node}`, os, cpu, `${cores} cores`, `${figure(memoryGiB, 1)} GiB`]
  return [...parts, ...(ci === null ? [] : [ci]), ...(commit === null ? [] : [`commit ${commit}`])].join(', ')
}

/** The sign of each verdict: in a terminal and in the page, in a terminal without Unicode, and in Markdown. */
export const MARKS: Record<Verdict, string> = { pass: '✓', fail: '✗', undecided: '?', invalid: '!', none: '–' }
const ASCII_MARKS: Record<Verdict, string> = { pass: '+', fail: 'x', undecided: '?', invalid: '!', none: '-' }
export const SIGNS: Record<Verdict, string> = { pass: '✅', fail: '❌', undecided: '❔', invalid: '⚠️', none: '➖' }

export function markOf(verdict: Verdict, { unicode }: { unicode?: boolean | undefined }): string {
  return (unicode ? MARKS : ASCII_MARKS)[verdict]
}

export const NOT_MEASURED = 'n/a'

/** Rounded to `decimals` places, without padding zeros: 1.99, not 1.990. */
export function figure(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOT_MEASURED
  return String(Number(value.toFixed(decimals)))
}

/** With its sign, for instance `+1.5` or `−0.2`. */
export function signed(value: number, decimals = 1): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(decimals)}`
}

/** A share of all that is never rounded up to all. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return NOT_MEASURED
  const percent = (part / whole) * 100
  return `${part < whole ? Math.min(99.9, Number(percent.toFixed(1))) : 100} %`
}

/** Shown of one message of a server at most; the result DB and the JSON keep more. */
const SHOWN = 200
/** Line breaks, control characters, and marks that turn the direction of the text around them. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** What a server said, in one line without control characters: an answer must not move the cursor of a terminal. */
export function plainWords(text: string): string {
  const line = stripVTControlCharacters(text).replace(UNPRINTABLE, ' ').replace(/\s+/g, ' ').trim()
  const characters = [...line]
  return characters.length <= SHOWN ? line : `${characters.slice(0, SHOWN).join('')}…`
}
