/** The world of a command: what it prints where, and without which secrets. */
import { Option } from 'commander'
import type { SignalTarget } from '../config/index.ts'
import { type TerminalStyle, terminalStyle } from '../report/index.ts'
import { environmentSecrets } from '../run/redact.ts'
import { maskArg, printable, printableJson, printableReport, secretsInArgs, secretsOf } from '../secrets/index.ts'

export interface Output {
  write(text: string): unknown
  /** The same for data that another program reads: every character as it is, unless a person looks at it. */
  writeData?(text: string): unknown
  isTTY?: boolean | undefined
  columns?: number | undefined
  rows?: number | undefined
}

export interface Io {
  stdout: Output
  stderr: Output
  env: Record<string, string | undefined>
  signals: SignalTarget
  /** Ends the process at once, when the user has asked for it three times. */
  exit(code: number): void
}

export function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signals: process,
    exit: (code) => process.exit(code),
  }
}

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
  io.stderr.write(`perfgate: ${printable(text)}\n`)
}

export function jsonText(value: unknown): string {
  return printableJson(`${JSON.stringify(value, null, 2)}\n`)
}

/** One value as it is, several as an array of them. */
export function jsonOfAll(texts: readonly string[]): string {
  return printableJson(texts.length === 1 ? texts[0]! : `[\n${texts.map((text) => text.trimEnd()).join(',\n')}\n]\n`)
}

/** The same world, with `***` printed in place of each secret, and nothing that a terminal or a CI job would act on. */
export function withoutSecrets(io: Io, args: readonly string[]): Io {
  const given = [...secretsInArgs(args), ...environmentSecrets(io.env)]
  // Made anew for each text: a config file that is read later may bring more secrets.
  const hide = (text: string): string => secretsOf(given).hide(text)
  return {
    ...io,
    stdout: hiding(io.stdout, hide, () => false),
    stderr: hiding(io.stderr, hide, () => io.stderr.isTTY === true),
  }
}

function hiding(output: Output, hide: (text: string) => string, isLive: () => boolean): Output {
  return {
    // The progress of a run moves the cursor of a terminal; what is said above it is made printable where it is said.
    write: (text) => output.write(isLive() ? hide(text) : printableReport(hide(text))),
    writeData: (text) => output.write(output.isTTY === true ? printableReport(hide(text)) : hide(text)),
    get isTTY() {
      return output.isTTY
    },
    get columns() {
      return output.columns
    },
  }
}

/** Says once that a key on the command line can be read by others, and what to do instead. */
export function warnOfKey({ stderr }: Io, args: readonly string[]): void {
  if (!args.some((arg) => /^--api[-_]?key(=|$)/i.test(arg))) return
  const where = process.platform === 'linux' ? ' (in /proc/PID/cmdline, and ps shows it)' : ''
  stderr.write(
    `perfgate: the key given by --api-key can be read by others on this machine${where} and stays in the shell's history; put it into the environment variable PERFGATE_API_KEY instead\n`,
  )
}

/**
 * Where the arguments hold a secret, other programs see them without it from now on. They have seen it until now, and
 * still see it in what started us: a shell, npx.
 */
export function hideFromProcessList(args: readonly string[]): void {
  const secrets = secretsOf(secretsInArgs(args))
  const shown = args.map((arg, i) => maskArg(arg, args[i - 1], secrets))
  if (shown.some((arg, i) => arg !== args[i])) process.title = ['perfgate', ...shown].join(' ')
}
