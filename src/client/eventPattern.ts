/**
 * An event that was parsed in full once, as bytes with holes where values stand that may be others next time: the
 * token's text, ids, counters, random padding. An event with the same bytes outside the holes, and one complete JSON
 * string or integer in each hole, has the same JSON structure, so it reads the same. This is a proof, not a guess:
 * whatever differs elsewhere is parsed in full.
 */
import { KnownBytes, MAX_KNOWN_BYTES } from './knownBytes.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const ZERO = 0x30
const NINE = 0x39
const LETTER_U = 0x75
/** What may follow a backslash in a JSON string: " \ / b f n r t, and u with four digits. */
const ESCAPED = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74, LETTER_U])

const TEXT = 0
const STRING = 1
const INTEGER = 2
/** A string that is the answer's id. */
const ID = 3

export interface Hole {
  kind: 'text' | 'string' | 'integer'
  /** Its value is the answer's id. */
  isId: boolean
  /** Its value differs between the events of one answer. */
  varies: boolean
  /** Where it stands in the bytes: past the opening quote, and at the closing one; of an integer its first digit and its end. */
  from: number
  to: number
}

export class EventPattern {
  /** Where text and id lie in the event that matched last; −1: it has none. */
  textStart = -1
  textEnd = -1
  idStart = -1
  idEnd = -1
  readonly #holes: readonly Hole[]
  /** The bytes around the holes, in order: one more than there are holes. */
  readonly parts: readonly KnownBytes[]
  /** Where the holes of the event that matched last begin and end. */
  readonly #froms: Int32Array
  readonly #tos: Int32Array
  readonly #padding: number
  /** Kinds of the holes, in order. */
  readonly #kinds: Uint8Array

  /**
   * @param holes in order, and not overlapping
   * @param start where the event begins in `bytes`; it ends, past its blank line, at `end`
   */
  constructor(bytes: Buffer, start: number, end: number, holes: readonly Hole[]) {
    this.#holes = holes
    this.#froms = new Int32Array(holes.length)
    this.#tos = new Int32Array(holes.length)
    this.#kinds = Uint8Array.from(holes, ({ kind, isId }) =>
      isId ? ID : kind === 'text' ? TEXT : kind === 'string' ? STRING : INTEGER,
    )
    const varying = holes.filter(({ varies }) => varies)
    const last = holes.findIndex(({ varies, kind }) => varies && kind === 'string')
    this.#padding = varying.length === 1 && last > holes.findIndex(({ kind }) => kind === 'text') ? last : -1
    let from = start
    const parts = holes.map((hole) => {
      const part = known(bytes, from, hole.from)
      from = hole.to
      return part
    })
    this.parts = [...parts, known(bytes, from, end)]
  }

  /** Some of its values differ from event to event, besides the text. */
  get varies(): boolean {
    return this.#holes.some(({ varies }) => varies)
  }

  /** Of the event that matched last: the one string that differs within an answer, where it stands after the text. */
  get padding(): { from: number; to: number } | undefined {
    const at = this.#padding
    return at < 0 ? undefined : { from: this.#froms[at]!, to: this.#tos[at]! }
  }

  /** Nothing is open but the text, and perhaps one string after it. */
  get isTextThenPadding(): boolean {
    const [text, padding, ...more] = this.#holes
    return text?.kind === 'text' && more.length === 0 && (padding === undefined || padding.kind === 'string')
  }

  get hasId(): boolean {
    return this.#holes.some(({ isId }) => isId)
  }

  /** The bytes after the text, where nothing else in them may differ. */
  get tail(): KnownBytes | undefined {
    return this.#holes.at(-1)?.kind === 'text' ? this.parts.at(-1) : undefined
  }

  /**
   * The end of the event at `start` when it matches, otherwise −1.
   *
   * @param base where `bytes` begin in the memory of direct reads; −1: they are not in it
   */
  match(bytes: Buffer, start: number, end: number, base: number): number {
    this.textStart = -1
    this.idStart = -1
    const parts = this.parts
    const kinds = this.#kinds
    const count = kinds.length
    let at = start
    for (let i = 0; ; i++) {
      const part = parts[i]!
      if (at + part.length > end || !part.isAt(bytes, at, base)) return -1
      at += part.length
      if (i === count) return at
      const kind = kinds[i]!
      const from = at
      if (kind === INTEGER) at = integerEnd(bytes, from, end)
      else {
        // Most strings are short and plain: they end before a call would be worth it.
        let byte = SPACE
        while (at < end) {
          byte = bytes[at]!
          if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break
          at++
        }
        if (byte !== QUOTE || at >= end) at = stringEnd(bytes, at, end, kind === TEXT)
      }
      if (at < 0) return -1
      this.#froms[i] = from
      this.#tos[i] = at
      if (kind === TEXT) {
        // An event with an empty text carries no token.
        if (at === from) return -1
        this.textStart = from
        this.textEnd = at
      } else if (kind === ID) {
        this.idStart = from
        this.idEnd = at
      }
    }
  }

  /** The event that matched last with only those holes left that differ within an answer. */
  narrowed(bytes: Buffer, start: number, end: number): EventPattern {
    const holes = this.#holes
      .map((hole, i) => ({ ...hole, from: this.#froms[i]!, to: this.#tos[i]! }))
      .filter(({ kind, varies }) => kind === 'text' || varies)
    return new EventPattern(bytes, start, end, holes)
  }
}

/**
 * The places of top-level values and of the text in an event, where they can be found in the bytes beyond doubt.
 *
 * @param names of the values @param varying those of them that differ within an answer
 * @param text what the event's only text is; undefined where it has none
 * @returns in order; undefined when the text could stand in two places
 */
export function findHoles(
  bytes: Buffer,
  event: unknown,
  { names, varying, id, text }: { names: readonly string[]; varying: readonly string[]; id?: string; text?: string },
): Hole[] | undefined {
  const holes = names.flatMap((name) => valueHole(bytes, name, event, { id, varies: varying.includes(name) }))
  if (text !== undefined) {
    const literal = Buffer.from(JSON.stringify(text))
    const at = bytes.indexOf(literal)
    // A second occurrence would leave open which of the two was read.
    if (at < 0 || bytes.indexOf(literal, at + 1) >= 0) return undefined
    holes.push({ kind: 'text', isId: false, varies: false, from: at + 1, to: at + literal.length - 1 })
  }
  holes.sort((a, b) => a.from - b.from)
  return holes.every(({ from }, i) => i === 0 || from >= holes[i - 1]!.to) ? holes : undefined
}

/**
 * Where the JSON string ends whose first byte is at `from`: at its closing quote. −1 when it does not end here, or is
 * not one: the verdict is then the parser's.
 *
 * @param escapes whether it may have escapes
 */
export function stringEnd(bytes: Buffer, from: number, end: number, escapes: boolean): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) return at
    // Control characters are not allowed in a JSON string.
    if (byte < SPACE) return -1
    if (byte !== BACKSLASH) continue
    if (!escapes) return -1
    at = escapeEnd(bytes, at, end)
    if (at < 0) return -1
  }
  return -1
}

/** The last byte of the escape that begins at `at`; −1 when it is none. */
function escapeEnd(bytes: Buffer, at: number, end: number): number {
  const escaped = at + 1 < end ? bytes[at + 1]! : 0
  if (!ESCAPED.has(escaped)) return -1
  if (escaped !== LETTER_U) return at + 1
  if (at + 5 >= end) return -1
  return /^[0-9a-fA-F]{4}$/.test(bytes.toString('latin1', at + 2, at + 6)) ? at + 5 : -1
}

function integerEnd(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at]! >= ZERO && bytes[at]! <= NINE) at++
  // JSON knows no leading zeros.
  return at === from || (bytes[from] === ZERO && at > from + 1) ? -1 : at
}

function valueHole(
  bytes: Buffer,
  name: string,
  event: unknown,
  { id, varies }: { id: string | undefined; varies: boolean },
): Hole[] {
  const value = typeof event === 'object' && event !== null ? (event as Record<string, unknown>)[name] : undefined
  const isString = typeof value === 'string'
  if (!isString && !(Number.isSafeInteger(value) && (value as number) >= 0)) return []
  const key = Buffer.from(`"${name}":`)
  const at = bytes.indexOf(key)
  if (at <= 0 || bytes[at - 1] === BACKSLASH || bytes.indexOf(key, at + 1) >= 0) return []
  const from = at + key.length + (bytes[at + key.length] === SPACE ? 1 : 0)
  const literal = Buffer.from(JSON.stringify(value))
  if (!bytes.subarray(from, from + literal.length).equals(literal)) return []
  const quote = isString ? 1 : 0
  return [
    {
      kind: isString ? 'string' : 'integer',
      isId: isString && name === 'id' && value === id,
      varies,
      from: from + quote,
      to: from + literal.length - quote,
    },
  ]
}

function known(bytes: Buffer, from: number, to: number): KnownBytes {
  const part = new KnownBytes()
  if (to - from <= MAX_KNOWN_BYTES) part.learn(bytes, from, to)
  return part
}
