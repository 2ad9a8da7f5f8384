/** A document as text: tables and curves first, so that a terminal ends with the verdict and what a reader must know. */
import Table from 'cli-table3'
import {
  type CurvePoint,
  cellText,
  figure,
  markOf,
  type ReportDocument,
  type Section,
  type TableSection,
} from './document.ts'
import { coloured, PLAIN_STYLE, plainText, type TerminalStyle, VERDICT_COLOURS } from './terminal.ts'

/**
 * @param style facts of the terminal, from `terminalStyle(stream)`; what is left out is as in a log file
 * @returns lines without a newline at the end; no wider than the terminal, unless one word alone is
 */
export function renderText({ sections }: Pick<ReportDocument, 'sections'>, style: Partial<TerminalStyle> = {}): string {
  const terminal = { ...PLAIN_STYLE, ...style }
  const isDrawn = ({ kind }: Section): boolean => kind === 'table' || kind === 'curve'
  const ordered = [...sections.filter(isDrawn), ...sections.filter((section) => !isDrawn(section))]
  const parts = ordered.map((section) => ({ section, lines: sectionLines(section, terminal) }))
  return parts
    .filter(({ lines }) => lines.length > 0)
    .map(({ section, lines }, i) => (i === 0 ? '' : section.kind === 'gates' ? '\n' : '\n\n') + lines.join('\n'))
    .join('')
}

/** None where the section is a detail, which files and the page have. */
function sectionLines(section: Section, style: TerminalStyle): string[] {
  switch (section.kind) {
    case 'verdict': {
      if (section.verdict === 'none') return []
      const lines = wrapText(plainText(`Verdict: ${section.sentence}`, style), style.columns, 2)
      return lines.map((line, i) => (i === 0 ? coloured(VERDICT_COLOURS[section.verdict], line, style) : line))
    }
    case 'gates':
      return section.gates.flatMap(({ verdict, message }) =>
        listItem(coloured(VERDICT_COLOURS[verdict], markOf(verdict, style), style), message, style),
      )
    case 'table':
      return [coloured('bold', section.title, style), ...tableLines(section, style)]
    case 'list': {
      const lines = wrapText(plainText(section.title, style), style.columns)
      const colour = section.tone === 'failure' ? 'red' : 'yellow'
      return [
        ...lines.map((line) => coloured(colour, line, style)),
        ...section.items.flatMap((item) => listItem('-', item, style)),
      ]
    }
    case 'notes':
      return section.notes.flatMap((note) => wrapText(plainText(note, style), style.columns, 2))
    case 'curve':
      return [coloured('bold', section.title, style), ...drawCurve(section, style)]
    case 'files': {
      const width = Math.max(...section.files.map(([label]) => label.length)) + 1
      return section.files.map(([label, path]) => `${`${label}:`.padEnd(width)} ${path}`)
    }
    case 'facts':
    case 'origin':
      return []
  }
}

function listItem(mark: string, text: string, style: TerminalStyle): string[] {
  const [first, ...rest] = wrapText(plainText(text, style), style.columns - 4)
  return [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`)]
}

/** The value column is not made narrower than this to make room for keys. */
const LEAST_VALUE_COLUMNS = 16

/** The table without its details, and the sentences below it. */
export function tableLines(
  { table, layout, below = [] }: Omit<TableSection, 'kind' | 'title'>,
  style: TerminalStyle,
): string[] {
  const places = table.columns.flatMap(({ isDetail }, i) => (isDetail ? [] : [i]))
  const head = places.map((i) => table.columns[i]!.title)
  const rows = table.rows.slice(0, table.mainRows).map((row) => places.map((i) => cellText(row[i]!)))
  const shown = layout === 'ruled' ? fitted(rows, style) : rows.map((row) => row.map((cell) => plainText(cell, style)))
  return [
    ...(rows.length === 0 ? [] : [drawTable(head, shown, layout, style)]),
    ...below.flatMap((sentence) => wrapText(plainText(sentence, style), style.columns, 2)),
  ]
}

/** Keys and values of two columns, broken where the terminal is too narrow for them. */
function fitted(rows: readonly (readonly string[])[], style: TerminalStyle): string[][] {
  const columns = style.columns - TWO_COLUMN_FRAME
  const longestKey = Math.max(...rows.map(([key]) => displayWidth(key!)))
  const keyColumns = Math.max(LEAST_VALUE_COLUMNS, Math.min(longestKey, columns - LEAST_VALUE_COLUMNS))
  const valueColumns = Math.max(LEAST_VALUE_COLUMNS, columns - keyColumns)
  return rows.map(([key, value]) => [wrapText(key!, keyColumns).join('\n'), wrapPath(value!, valueColumns).join('\n')])
}

type Borders = NonNullable<Table.TableConstructorOptions['chars']>

const ASCII: Borders = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  mid: '-',
  'mid-mid': '+',
  'left-mid': '+',
  'right-mid': '+',
  left: '|',
  right: '|',
  middle: '|',
}
const ASCII_UNDER_HEAD: Borders = { mid: '=' }
/** cli-table3 draws boxes by itself, with simple lines. */
const BOXES: Borders = {}
const BOXES_UNDER_HEAD: Borders = { mid: '═', 'mid-mid': '╪', 'left-mid': '╞', 'right-mid': '╡' }

/** Columns that a table needs beside the text of its two columns: three borders and four spaces. */
const TWO_COLUMN_FRAME = 7

function drawTable(
  head: string[],
  rows: string[][],
  layout: TableSection['layout'],
  { unicode }: TerminalStyle,
): string {
  const ruled = layout === 'ruled'
  const table = new Table({
    head,
    chars: unicode ? BOXES : ASCII,
    colAligns: head.map(() => (layout === 'center' ? 'center' : 'left')),
    // Without these cli-table3 colours the head red.
    style: { head: [], border: [], compact: !ruled },
  })
  const underHead = unicode ? BOXES_UNDER_HEAD : ASCII_UNDER_HEAD
  // A rule is drawn by the cells below it.
  for (const [i, row] of rows.entries())
    table.push(ruled && i === 0 ? row.map((content) => ({ content, chars: underHead })) : row)
  return table.toString()
}

/** Characters that take two columns of a terminal: Chinese, Japanese, Korean, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const MARK = /\p{Mark}/u
/** What may not be broken: a wide character by itself, or a run of others without a space. */
const UNITS = new RegExp(`${WIDE.source}|(?:(?!${WIDE.source})\\S)+|\\s+`, 'gu')

/** Columns that `text` takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += WIDE.test(character) ? 2 : MARK.test(character) ? 0 : 1
  return width
}

/**
 * Wraps at spaces, and between wide characters. A word longer than a line is left whole, so that it can be copied.
 *
 * @param indent columns before every line but the first
 */
export function wrapText(text: string, columns: number, indent = 0): string[] {
  const lines: string[] = []
  let line = ''
  for (const unit of text.match(UNITS) ?? []) {
    const isSpace = unit.trim() === ''
    if (line.trim() !== '' && !isSpace && displayWidth(line) + displayWidth(unit) > columns) {
      lines.push(line.trimEnd())
      line = ' '.repeat(indent)
    }
    if (!isSpace || line.trim() !== '' || lines.length === 0) line += unit
  }
  return [...lines, line.trimEnd()]
}

/** Where a path may be broken, best places first: after a slash, after a word, anywhere. */
const PATH_BREAKS = [/(?<=[\\/])/u, /(?<=[_-])/u, /(?=.)/u]

/** Breaks a path after slashes, so that its lines joined are the path again. */
export function wrapPath(path: string, columns: number, breaks: readonly RegExp[] = PATH_BREAKS): string[] {
  if (displayWidth(path) <= columns || breaks.length === 0) return [path]
  const [first, ...finer] = breaks
  const lines: string[] = []
  let line = ''
  for (const piece of path.split(first!)) {
    if (displayWidth(line) + displayWidth(piece) <= columns) {
      line += piece
      continue
    }
    if (line !== '') lines.push(line)
    const parts = wrapPath(piece, columns, finer)
    lines.push(...parts.slice(0, -1))
    line = parts.at(-1)!
  }
  return [...lines, line]
}

const HEIGHT = 15
const MAX_WIDTH = 72
const MIN_WIDTH = 20

/** @returns lines without a newline at the end; none when there are no points */
export function drawCurve(
  { points, labels }: { points: readonly CurvePoint[]; labels: { x: string; y: string } },
  style: TerminalStyle,
): string[] {
  if (points.length === 0) return []
  const maxX = Math.max(...points.map(({ x }) => x)) || 1
  const maxY = Math.max(...points.map(({ y }) => y)) || 1
  const ticks = [rounded(maxY), rounded(maxY / 2), '0']
  const gutter = Math.max(...ticks.map((tick) => tick.length))
  const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, style.columns - gutter - 4))
  const grid = Array.from({ length: HEIGHT }, () => Array.from({ length: width }, () => ' '))
  // Labels come first, so that no label covers a point; where two points share a cell the marked one is seen.
  const placed = points.map((point) => ({
    point,
    column: Math.round((point.x / maxX) * (width - 1)),
    row: HEIGHT - 1 - Math.round((point.y / maxY) * (HEIGHT - 1)),
  }))
  for (const { point, column, row } of placed) writeLabel(grid[row]!, column, point.label, width)
  for (const { point, column, row } of placed.toSorted((a, b) => Number(a.point.isMarked) - Number(b.point.isMarked)))
    grid[row]![column] = pointMark(point, style)
  const [bar, corner, rule] = style.unicode ? ['│', '└', '─'] : ['|', '+', '-']
  const lines = grid.map((cells, row) => {
    const tick =
      row === 0 ? ticks[0]! : row === Math.floor(HEIGHT / 2) ? ticks[1]! : row === HEIGHT - 1 ? ticks[2]! : ''
    return `${tick.padStart(gutter)} ${bar}${cells.join('')}`.trimEnd()
  })
  return [
    labels.y,
    ...lines,
    `${' '.repeat(gutter)} ${corner}${rule!.repeat(width)}`,
    `${' '.repeat(gutter)}  0${between(labels.x, rounded(maxX), width - 1)}`,
  ]
}

/** The label in the middle and the end of the axis at its end. */
function between(label: string, end: string, width: number): string {
  const middle = label.padStart(Math.floor((width + label.length) / 2))
  return middle + end.padStart(Math.max(end.length + 1, width - middle.length))
}

/** Three significant digits are as much as an axis can show. */
function rounded(value: number): string {
  return figure(Number(value.toPrecision(3)), 6)
}

function writeLabel(row: string[], column: number, label: string, width: number): void {
  const text = [...label]
  const from = column + 2 + text.length <= width ? column + 2 : column - 1 - text.length
  text.forEach((character, i) => {
    if (from + i >= 0 && row[from + i] === ' ') row[from + i] = character
  })
}

function pointMark({ isMarked }: CurvePoint, { unicode }: TerminalStyle): string {
  if (unicode) return isMarked ? '◆' : '●'
  return isMarked ? '#' : 'o'
}
