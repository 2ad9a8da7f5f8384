/** The table in docs/reliability.md: written from what a test run saw, and read back. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** Rows of the embedded server's faults, which are named as code, or of what lies between it and the client. */
export type Part = 'server' | 'way'

export interface TableRow {
  fault: string
  expected: string
  seen: string
  /** Requests that met the fault. */
  times: number
}

const PATH = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))

const BEGIN = '<!-- faults: written by `PERFGATE_WRITE_DOCS=1 npx vitest run test/reliability` -->\n'
const END = '<!-- faults end -->\n'
const HEAD = [lineOf(['fault', 'expected', 'seen', 'times tried']), lineOf(['---', '---', '---', '--:'])]

/** Compares these rows with the committed ones of their part; `PERFGATE_WRITE_DOCS=1` writes them instead. */
export function expectInDocs(part: Part, rows: readonly TableRow[]): void {
  const lines = rows.map(({ fault, expected, seen, times }) => lineOf([fault, expected, seen, String(times)]))
  const text = readFileSync(PATH, 'utf8')
  const from = text.indexOf(BEGIN) + BEGIN.length
  const to = text.indexOf(END)
  const [head, rule, ...all] = text.slice(from, to).split(/(?<=\n)/)
  const parts = { server: all.filter(isOfServer), way: all.filter((line) => !isOfServer(line)) }
  if (process.env['PERFGATE_WRITE_DOCS']) {
    parts[part] = lines
    writeFileSync(PATH, text.slice(0, from) + [...HEAD, ...parts.server, ...parts.way].join('') + text.slice(to))
  } else {
    expect([head, rule]).toEqual(HEAD)
    expect(parts[part].join('')).toBe(lines.join(''))
  }
}

const isOfServer = (line: string): boolean => line.startsWith('| `')

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}
