/** Where a command prints what: notices on stderr, tables on stdout, and with `--json` the JSON alone on stdout. */
import { Option } from 'commander'
import { type TerminalStyle, terminalStyle } from '../report/index.ts'
import type { Io } from './io.ts'

/** @param what is printed, for instance `the result` */
export function jsonFlag(what = 'the result'): Option {
  return new Option('--json', `print ${what} as JSON on stdout, and nothing else there`)
}

/** Prints tables, where `--json` leaves stdout to the JSON. */
export async function printTables(
  io: Io,
  json: boolean,
  text: (style: TerminalStyle) => string | Promise<string>,
): Promise<void> {
  const tables = json ? io.stderr : io.stdout
  tables.write(`${await text(terminalStyle(tables, io.env))}\n`)
}

/** A notice of its own line, on stderr. */
export function notice(io: Io, text: string): void {
  io.stderr.write(`perfgate: ${text}\n`)
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** One value as it is, several as an array of them. */
export function jsonOfAll(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `[\n${texts.map((text) => text.trimEnd()).join(',\n')}\n]\n`
}
