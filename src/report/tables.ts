/** Draws a table, with box-drawing characters where the terminal has them. */
import Table from 'cli-table3'
import { printableReport } from '../secrets/index.ts'
import type { TerminalStyle } from './terminal.ts'

export interface TableContent {
  head: string[]
  /** Lines of one cell are divided by newlines. */
  rows: string[][]
  align: 'left' | 'center'
  /** Rules between all rows, with a double one under the head, as in the published summary; otherwise under the head only. */
  ruled: boolean
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
export const TWO_COLUMN_FRAME = 7

export function drawTable({ head, rows, align, ruled }: TableContent, { unicode }: TerminalStyle): string {
  const table = new Table({
    head,
    chars: unicode ? BOXES : ASCII,
    colAligns: head.map(() => align),
    // Without these cli-table3 colours the head red.
    style: { head: [], border: [], compact: !ruled },
  })
  const underHead = unicode ? BOXES_UNDER_HEAD : ASCII_UNDER_HEAD
  // A rule is drawn by the cells below it.
  for (const [i, given] of rows.entries()) {
    const row = given.map(printableReport)
    table.push(ruled && i === 0 ? row.map((content) => ({ content, chars: underHead })) : row)
  }
  return table.toString()
}
