/** The table in docs/reliability.md: written from what a test run saw, and read back. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FaultRow, Tried } from './row.ts'

const PATH = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))
const BEGIN = '<!-- faults: written by `PERFGATE_WRITE_DOCS=1 npx vitest run test/reliability` -->\n'
const END = '<!-- faults end -->\n'

export function tableOf(rows: readonly (FaultRow & Tried)[]): string {
  const cells = rows.map(({ fault, expected, seen, times }) => [fault, expected, seen, String(times)])
  const lines = [['fault', 'expected', 'seen', 'times tried'], ['---', '---', '---', '--:'], ...cells]
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('')
}

/** The table as it is committed. */
export function committedTable(): string {
  const text = readFileSync(PATH, 'utf8')
  return text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END))
}

export function writeTable(table: string): void {
  const text = readFileSync(PATH, 'utf8')
  writeFileSync(PATH, text.slice(0, text.indexOf(BEGIN) + BEGIN.length) + table + text.slice(text.indexOf(END)))
}
