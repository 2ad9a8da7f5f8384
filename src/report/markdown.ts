/** A document in GitHub-flavoured Markdown: the verdict first, then the rest in the order of the document. */
import { type Cell, cellText, plainWords, type ReportDocument, type Section, SIGNS, type Table } from './document.ts'
import { drawCurve } from './renderText.ts'
import { originWords } from './runDocument.ts'
import { PLAIN_STYLE } from './terminal.ts'

/** @returns Markdown with a newline at its end */
export function renderMarkdown({ name, verdict, sections }: ReportDocument): string {
  const parts = [`## ${SIGNS[verdict]} ${inline(plainWords(name))}`, ...sections.map(sectionText)]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function sectionText(section: Section): string {
  switch (section.kind) {
    case 'verdict':
      return `**${inline(section.sentence)}**`
    case 'gates':
      return list(section.gates.map(({ verdict, message }) => `${SIGNS[verdict]} ${inline(message)}`))
    case 'table': {
      const { table, title, unit, below = [] } = section
      return [
        `### ${inline(unit === undefined ? title : title.replace(/:?$/, ` (${unit}):`))}`,
        ...(table.rows.length === 0 ? [] : [tableText(table)]),
        ...(below.length === 0 ? [] : [list(below.map(inline))]),
      ].join('\n\n')
    }
    case 'list': {
      const items = list(section.items.map(inline))
      return section.tone === 'failure'
        ? `**${inline(section.title)}**\n\n${items}`
        : `> [!WARNING]\n> ${inline(section.title)}\n${items.replace(/^/gm, '> ')}`
    }
    case 'notes':
      return list(section.notes.filter((note) => note !== '').map(inline))
    case 'facts':
      return `### ${section.title}\n\n${list(section.facts.map(({ name, text }) => inline(`${name}: ${text}`)))}`
    case 'curve':
      return `### ${section.title}\n\n\`\`\`text\n${drawCurve(section, PLAIN_STYLE).join('\n')}\n\`\`\``
    case 'origin':
      return originWords(section.origin, code)
    case 'files':
      // Of the machine that ran the load; a pull request has no use for them.
      return ''
  }
}

/** @param left columns that begin at the left; numbers end at the right */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[], left = 1): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`
  return [line(head), `| ${head.map((_, i) => (i < left ? '---' : '---:')).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  )
}

export function tableText({ columns, rows }: Table): string {
  return markdownTable(
    columns.map(({ title }) => title),
    rows.map((row) => row.map(signedText)),
  )
}

/** A verdict with its sign, other cells as text. */
export function signedText(cell: Cell): string {
  return typeof cell === 'object' && 'verdict' in cell ? `${SIGNS[cell.verdict]} ${cell.verdict}` : cellText(cell)
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

function code(text: string): string {
  return `\`${plainWords(text).replaceAll('`', "'")}\``
}

/** What means something to GitHub. An underscore within a word does not: paths stay as they are. */
const MARKUP = /[\\`*[\]<>|~#@]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|(?<=\w):(?=\/\/)|(?<=\bwww)\.|[\p{Cc}\u2028\u2029]+/giu
/** Nothing that is seen, between signs that GitHub would make a mention, a reference or a link of. */
const APART = '&#8203;'
const ENTITIES: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '@': `@${APART}`,
  ':': `:${APART}`,
  '.': `.${APART}`,
}

/** Text that stays text: one line, no markup, no HTML, no new cell of a table, no link, no mention of a user. */
export function inline(text: string): string {
  return text.replace(MARKUP, (sign, at: number) => {
    if (/^[\p{Cc}\u2028\u2029]/u.test(sign)) return ' '
    if (sign === '#' && /\d/.test(text.charAt(at + 1))) return `\\#${APART}`
    return ENTITIES[sign] ?? `\\${sign}`
  })
}
