/** The tables in docs/reliability.md: written from what a test run saw, and read back. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** Of the embedded server, or of what lies between it and the client. */
export type TableName = 'faults' | 'network'

export interface TableRow {
  fault: string
  expected: string
  seen: string
  /** Requests that met the fault. */
  times: number
}

const PATH = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))

/** Compares the table with the committed one; `PERFGATE_WRITE_DOCS=1` writes it instead. */
export function expectInDocs(name: TableName, rows: readonly TableRow[]): void {
  const table = tableOf(rows)
  const begin = `<!-- ${name}: written by \`PERFGATE_WRITE_DOCS=1 npx vitest run test/reliability\` -->\n`
  const text = readFileSync(PATH, 'utf8')
  const from = text.indexOf(begin) + begin.length
  const to = text.indexOf(`<!-- ${name} end -->\n`)
  if (process.env['PERFGATE_WRITE_DOCS']) writeFileSync(PATH, text.slice(0, from) + table + text.slice(to))
  else expect(text.slice(from, to)).toBe(table)
}

function tableOf(rows: readonly TableRow[]): string {
  const cells = rows.map(({ fault, expected, seen, times }) => [fault, expected, seen, String(times)])
  const lines = [['fault', 'expected', 'seen', 'times tried'], ['---', '---', '---', '--:'], ...cells]
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('')
}
