/** Prints the bench's tables. */
import Table from 'cli-table3'
import type { MicroResult } from './micro/index.ts'
import type { Row, RowResult } from './rows/index.ts'

export interface Finished {
  row: Row
  result: RowResult
  /** Cores that other work used meanwhile; undefined where that cannot be told. */
  otherCores: number | undefined
}

export function renderRows(done: readonly Finished[]): string {
  const table = new Table({
    head: ['what', 'target', 'measured', '', 'others'],
    style: { head: [], border: [] },
    colWidths: [46, 30, 30, 9, 8],
    wordWrap: true,
  })
  for (const { row, result, otherCores } of done)
    table.push([row.name, row.target, result.value, result.verdict, otherCores?.toFixed(2) ?? ''])
  return table.toString()
}

export function renderMicro(results: readonly MicroResult[]): string {
  const table = new Table({
    head: ['micro-benchmark', 'ns each', 'per second'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right'],
  })
  for (const { name, nanoseconds } of results)
    table.push([
      name,
      nanoseconds.toLocaleString('en', { maximumSignificantDigits: 3 }),
      (1e9 / nanoseconds).toLocaleString('en', { maximumSignificantDigits: 3 }),
    ])
  return table.toString()
}
