/** What the place we print to can show: the only file that asks the terminal and the environment. */
import { styleText } from 'node:util'
import type { Verdict } from '../result/index.ts'

/** Facts of a terminal; every renderer of text is given these and asks nothing else. */
export interface TerminalStyle {
  /** Longest line, in columns. */
  columns: number
  /** Box-drawing characters and check marks can be shown; otherwise ASCII. */
  unicode: boolean
  /** ANSI colours are wanted. */
  colour: boolean
}

/** What is asked of a stream such as `process.stdout`. */
export interface TerminalStream {
  isTTY?: boolean | undefined
  columns?: number | undefined
}

/** A log file: the published tables fit in 97 columns, and few log viewers show more than 120 without wrapping. */
export const PLAIN_STYLE: TerminalStyle = { columns: 120, unicode: false, colour: false }

type Environment = Record<string, string | undefined>

/**
 * Looks at a stream and the environment, once.
 *
 * `FORCE_COLOR` and `NO_COLOR` mean what they mean to Node; `COLUMNS` sets the width where the stream has none.
 */
export function terminalStyle(
  stream: TerminalStream,
  env: Environment = process.env,
  platform: string = process.platform,
): TerminalStyle {
  const isTerminal = stream.isTTY === true
  return {
    columns: (isTerminal && stream.columns) || Number(env.COLUMNS) || (isTerminal ? 80 : PLAIN_STYLE.columns),
    unicode: isTerminal && supportsUnicode(env, platform),
    colour: wantsColour(isTerminal, env),
  }
}

/** True where the locale (on Windows: the terminal program) can show box-drawing characters. */
export function supportsUnicode(env: Environment = process.env, platform: string = process.platform): boolean {
  if (platform === 'win32')
    return Boolean(env.WT_SESSION || env.ConEmuTask || env.TERM_PROGRAM || env.TERM?.startsWith('xterm'))
  // The kernel's own console has a font of 512 characters, and no box corners in it.
  if (env.TERM === 'linux' || env.TERM === 'dumb') return false
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  return locale === '' ? platform === 'darwin' : /utf-?8/i.test(locale)
}

function wantsColour(isTerminal: boolean, env: Environment): boolean {
  const forced = env.FORCE_COLOR
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (env.NO_COLOR || env.NODE_DISABLE_COLORS || env.TERM === 'dumb') return false
  return isTerminal
}

/** Our own few signs beyond ASCII are spelled out where they cannot be shown; letters of any language are kept. */
export function plainText(text: string, { unicode }: Pick<TerminalStyle, 'unicode'>): string {
  if (unicode) return text
  return text
    .replaceAll('→', '->')
    .replaceAll('’', "'")
    .replaceAll('…', '...')
    .replaceAll('–', '-')
    .replaceAll('≤', '<=')
    .replaceAll('≥', '>=')
    .replaceAll('∞', 'inf')
    .replaceAll('×', 'x')
}

export type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold'

export const VERDICT_COLOURS: Record<Verdict, Colour> = {
  pass: 'green',
  fail: 'red',
  undecided: 'yellow',
  invalid: 'yellow',
  none: 'dim',
}

export function coloured(colour: Colour, text: string, { colour: wanted }: TerminalStyle): string {
  // The terminal was asked once; Node need not look again.
  return wanted ? styleText(colour, text, { validateStream: false }) : text
}
