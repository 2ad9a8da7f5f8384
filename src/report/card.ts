/** A result as one picture (SVG): verdict, thresholds and tables, for viewers of tests that show pictures alone. */
import type { CapacityResult, ComparisonResult, Result, Verdict } from '../result/index.ts'
import { capacitySentence, criterionCells, stepCells } from './capacityText.ts'
import { changedRows, comparisonSentence, REGRESSION_HEAD } from './comparisonTable.ts'
import { escapeHtml } from './html/markup.ts'
import { percentileCells } from './percentileTable.ts'
import { plainWords } from './serverWords.ts'
import { summaryRows } from './summaryTable.ts'
import { failureSentences, thresholdSentence, verdictSentence } from './verdictLines.ts'
import { displayWidth, wrapText } from './wrapping.ts'

export interface Card {
  /** For instance `pass, 2 of 2 thresholds kept`. */
  headline: string
  svg: string
}

export function resultCard(result: Result): Card {
  const { client, thresholds } = result
  return drawn(result.verdict, verdictSentence(result), {
    lines: [
      ...thresholds.map((one): Line => [one.verdict, thresholdSentence(one)]),
      ...client.reasons.map((reason): Line => ['invalid', reason]),
      ...failureSentences(result, '×').map((line): Line => ['fail', line]),
    ],
    tables: [
      // A path is there to be copied, which a picture does not allow, and it would make the picture wide.
      { head: [], rows: summaryRows(result.summary).filter(([key]) => key !== 'Result DB path') },
      percentileCells(result.percentiles, { detailed: true }),
    ],
  })
}

export function comparisonCard(comparison: ComparisonResult): Card {
  const { verdict, regressions, baseline, candidate } = comparison
  return drawn(verdict, comparisonSentence(comparison), {
    lines: [
      ...regressions.map((one): Line => [one.verdict, one.message]),
      ...[baseline, candidate].flatMap(({ client }) => client.reasons).map((reason): Line => ['invalid', reason]),
    ],
    tables: [{ head: REGRESSION_HEAD, rows: changedRows(comparison) }],
  })
}

export function capacityCard(capacity: CapacityResult): Card {
  return drawn(capacity.verdict, capacitySentence(capacity), {
    lines: capacity.gate.map((one): Line => [one.verdict, one.message]),
    tables: [criterionCells(capacity), stepCells(capacity)],
  })
}

type Line = [verdict: Verdict, text: string]

interface Content {
  lines: readonly Line[]
  tables: readonly { head: readonly string[]; rows: readonly (readonly string[])[] }[]
}

const COLOURS: Record<Verdict, string> = {
  pass: '#17733c',
  fail: '#b3241f',
  undecided: '#8a5a00',
  invalid: '#8a5a00',
  none: '#5a6577',
}
/** Of the monospaced font, at 13 px. */
const SIGN_WIDTH = 7.83
const LINE_HEIGHT = 19
const MARGIN = 14
const LEAST_SIGNS = 74

function drawn(verdict: Verdict, sentence: string, { lines, tables }: Content): Card {
  const grids = tables
    .filter(({ rows }) => rows.length > 0)
    .map((table) => ({ lines: grid(table), hasHead: table.head.length > 0 }))
  const signs = Math.max(LEAST_SIGNS, ...grids.flatMap((one) => one.lines).map(displayWidth))
  const wrapped = (text: string): string[] => wrapText(plainWords(text), signs, 2)
  const rows: { text: string; style: string }[] = [
    ...wrapped(sentence).map((text) => ({ text, style: `fill="${COLOURS[verdict]}" font-weight="bold"` })),
    ...lines.flatMap(([one, text]) => wrapped(text).map((part) => ({ text: part, style: `fill="${COLOURS[one]}"` }))),
    ...grids.flatMap((one) => [
      { text: '', style: '' },
      ...one.lines.map((text, i) => ({ text, style: i === 0 && one.hasHead ? 'fill="#5a6577"' : '' })),
    ]),
  ]
  const width = Math.ceil(signs * SIGN_WIDTH + 2 * MARGIN)
  const height = rows.length * LINE_HEIGHT + 2 * MARGIN
  const texts = rows.map(
    ({ text, style }, i) =>
      `<text x="${MARGIN}" y="${MARGIN + 13 + i * LINE_HEIGHT}" xml:space="preserve" ${style}>${escapeHtml(text)}</text>`,
  )
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#1c2330"><rect width="${width}" height="${height}" fill="#fff"/>${texts.join('')}</svg>`
  return { headline: sentence, svg }
}

/** Lines of equal columns; the first to the left, figures to the right. */
function grid({ head, rows }: Content['tables'][number]): string[] {
  const all = head.length === 0 ? rows : [head, ...rows]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ''))))
  return all.map((row) =>
    row
      .map((cell, column) => {
        const room = ' '.repeat(widths[column]! - displayWidth(cell))
        return column === 0 ? cell + room : room + cell
      })
      .join('  ')
      .trimEnd(),
  )
}
