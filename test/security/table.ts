/** The table of attacks in docs/security.md: written from what a test run saw, and read back. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

export interface AttackRow {
  attack: string
  /** Every place it was tried in. */
  tried: string
  seen: string
}

/** Each file of tests writes its own part. */
export type Part = 'answers' | 'words'

const PATH = fileURLToPath(new URL('../../docs/security.md', import.meta.url))
const HEAD = '| attack | tried in | seen |\n| --- | --- | --- |\n'

/** Compares the rows with the committed ones; `PERFGATE_WRITE_DOCS=1` writes them instead. */
export function expectInDocs(part: Part, rows: readonly AttackRow[]): void {
  const begin = `<!-- attacks by ${part}: written by \`PERFGATE_WRITE_DOCS=1 npx vitest run test/security\` -->\n`
  const end = `<!-- attacks by ${part} end -->\n`
  const text = readFileSync(PATH, 'utf8')
  const from = text.indexOf(begin) + begin.length
  const to = text.indexOf(end)
  const lines = rows.map(({ attack, tried, seen }) => `| ${[attack, tried, seen].join(' | ')} |\n`)
  const table = HEAD + lines.join('')
  if (process.env['PERFGATE_WRITE_DOCS']) writeFileSync(PATH, text.slice(0, from) + table + text.slice(to))
  else expect(text.slice(from, to)).toBe(table)
}
