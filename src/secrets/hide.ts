/** Secrets out of texts and records: what leaves the process for a disk, a terminal or an error goes through here. */
import { spellingsOf } from './spellings.ts'

export const HIDDEN = '***'

/** Length of a piece of a secret that is not to be seen either, where a text may have been cut through it. */
const PIECE = 8

export interface Secrets {
  /** What is looked for, longest first; may be handed to another thread, and to `secretsFrom` there. */
  readonly spellings: readonly string[]
  /** The text with `***` in place of each secret. */
  hide(text: string): string
  /** The same, also for pieces of a secret: of texts that were cut, or quote what they complain of in part. */
  hidePieces(text: string): string
  /** A record of plain data with every string in it, names included, hidden; itself where it holds no secret. */
  hideIn<T>(value: T): T
}

/** @param values as `secretsIn` finds them */
export function secretsOf(values: Iterable<string>): Secrets {
  return secretsFrom(spellingsOf(values))
}

/** @param spellings of a `Secrets` on another thread */
export function secretsFrom(spellings: readonly string[]): Secrets {
  let pieces: string[] | undefined
  function hide(text: string): string {
    let shown = text
    for (const spelling of spellings) if (shown.includes(spelling)) shown = shown.replaceAll(spelling, HIDDEN)
    return shown
  }
  function hidePieces(text: string): string {
    if (spellings.length === 0) return text
    pieces ??= piecesOf(spellings)
    return withoutRuns(hide(text), pieces)
  }
  function hideIn<T>(value: T): T {
    if (spellings.length === 0) return value
    const json = JSON.stringify(value) ?? ''
    return spellings.some((spelling) => json.includes(spelling)) ? (hidden(value, hide) as T) : value
  }
  return { spellings, hide, hidePieces, hideIn }
}

function hidden(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value)
  if (typeof value === 'number' && hide(String(value)) === HIDDEN) return HIDDEN
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => hidden(one, hide))
  // Figures in typed arrays, dates and the like hold no texts.
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [hide(name), hidden(one, hide)]))
}

/** Every run of PIECE characters of the secrets, each once. */
function piecesOf(spellings: readonly string[]): string[] {
  const pieces = new Set<string>()
  for (const spelling of spellings)
    for (let at = 0; at + PIECE <= spelling.length; at++) pieces.add(spelling.slice(at, at + PIECE))
  return [...pieces]
}

/** Masks each stretch of a text that is covered by pieces. */
function withoutRuns(text: string, pieces: readonly string[]): string {
  const found = pieces.filter((piece) => text.includes(piece))
  if (found.length === 0) return text
  const covered = new Uint8Array(text.length)
  for (const piece of found)
    for (let at = text.indexOf(piece); at !== -1; at = text.indexOf(piece, at + 1))
      covered.fill(1, at, at + piece.length)
  return masked(text, covered)
}

/** `***` for each stretch of characters that are marked. */
export function masked(text: string, marked: Uint8Array): string {
  let shown = ''
  for (let at = 0; at < text.length; ) {
    const from = at
    while (at < text.length && marked[at] === marked[from]) at++
    shown += marked[from] === 0 ? text.slice(from, at) : HIDDEN
  }
  return shown
}
