/**
 * Recognises the few events of an answer that are not plain tokens (the first, the last, `[DONE]`), and the first
 * token itself, from those of earlier answers on the same connection.
 *
 * Such events differ from answer to answer only in values that say nothing about it, as `id` and `created` do. A shape
 * is an event that was parsed in full once, with holes where such a value or the token's text stood. An event with the
 * same bytes outside the holes, and one complete JSON string or integer in each hole, has the same structure, so it
 * reads the same. As with templates this is a proof: whatever differs elsewhere is parsed in full.
 */
import type { Reading } from '../apis/api.ts'
import { KnownBytes, MAX_KNOWN_BYTES } from './knownBytes.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const ZERO = 0x30
const NINE = 0x39

/** Role, first token, finish, usage and `[DONE]`, and some to spare. */
const MAX_SHAPES = 8
/** After this many shapes that never came again, events are taken as always different. */
const USELESS_LESSONS = 24

type HoleKind = 'text' | 'string' | 'integer'

interface Hole {
  kind: HoleKind
  /** Its value is the answer's id. */
  isId: boolean
  /** Within the event: past the opening quote, and at the closing one; of an integer its first digit and its end. */
  from: number
  to: number
}

interface Shape {
  /** The bytes around the holes, in order: one more than there are holes. */
  parts: KnownBytes[]
  holes: Hole[]
  reading: Reading
}

export class EventShapes {
  /** What the matched event says; its text and id are in `textStart…textEnd` and `idStart…idEnd` instead, if ≥ 0. */
  reading: Reading = {}
  textStart = -1
  textEnd = -1
  idStart = -1
  idEnd = -1
  /** Bytes of the matched event after its text. */
  suffix: KnownBytes | undefined
  readonly #shapes: Shape[] = []
  /** Where to look first: answers repeat their events in the same order. */
  #next = 0
  #useless = 0

  /** A new answer starts. */
  reset(): void {
    this.#next = 0
  }

  get learning(): boolean {
    return this.#useless < USELESS_LESSONS
  }

  /**
   * The end of the event at `start` when it has a known shape, otherwise −1.
   *
   * @param base where `bytes` begin in the memory of direct reads; −1: they are not in it
   */
  match(bytes: Buffer, start: number, end: number, base = -1): number {
    const count = this.#shapes.length
    for (let i = 0; i < count; i++) {
      const at = (this.#next + i) % count
      const matched = this.#matchOne(this.#shapes[at]!, bytes, start, end, base)
      if (matched < 0) continue
      this.#next = at + 1
      this.#useless = 0
      return matched
    }
    return -1
  }

  /**
   * Learns from an event that was parsed in full.
   *
   * @param raw the event's bytes, from its first byte to past its blank line
   * @param event what was parsed; undefined where the event is no JSON
   * @param unread names of its top-level values that say nothing about the answer
   * @param isPlainText the event's only content is `reading.text`
   */
  learn(raw: Uint8Array, event: unknown, reading: Reading, unread: readonly string[], isPlainText: boolean): void {
    if (raw.length > MAX_KNOWN_BYTES || !this.learning) return
    this.#useless++
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    const holes = unread.flatMap((name) => holeOf(bytes, name, event, reading.id))
    if (isPlainText) {
      const hole = textHole(bytes, reading.text!)
      if (hole === undefined) return
      holes.push(hole)
    }
    holes.sort((a, b) => a.from - b.from)
    const parts: KnownBytes[] = []
    let from = 0
    for (const hole of holes) {
      if (hole.from < from) return
      parts.push(known(bytes, from, hole.from))
      from = hole.to
    }
    parts.push(known(bytes, from, bytes.length))
    const shape = { parts, holes, reading: holes.some(({ isId }) => isId) ? withoutId(reading) : reading }
    if (this.#shapes.length < MAX_SHAPES) this.#next = this.#shapes.push(shape)
    else {
      const at = this.#next % MAX_SHAPES
      this.#shapes[at] = shape
      this.#next = at + 1
    }
  }

  #matchOne({ parts, holes, reading }: Shape, bytes: Buffer, start: number, end: number, base: number): number {
    this.textStart = -1
    this.idStart = -1
    let at = start
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!
      if (at + part.length > end || !part.isAt(bytes, at, base)) return -1
      at += part.length
      if (i === holes.length) break
      const { kind, isId } = holes[i]!
      const from = at
      at = kind === 'integer' ? integerEnd(bytes, from, end) : stringEnd(bytes, from, end, kind === 'text')
      if (at < 0) return -1
      if (kind === 'text') {
        if (at === from) return -1
        this.textStart = from
        this.textEnd = at
      } else if (isId) {
        this.idStart = from
        this.idEnd = at
      }
    }
    this.reading = reading
    this.suffix = this.textStart >= 0 && holes.at(-1)!.kind === 'text' ? parts.at(-1) : undefined
    return at
  }
}

function known(bytes: Buffer, from: number, to: number): KnownBytes {
  const part = new KnownBytes()
  part.learn(bytes, from, to)
  return part
}

/** Where the string ends whose first byte is at `from`; −1 when it does not end here, or not plainly. */
function stringEnd(bytes: Buffer, from: number, end: number, escapes: boolean): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) return at
    // Control characters are not allowed in a JSON string: the verdict is the parser's.
    if (byte < SPACE) return -1
    if (byte !== BACKSLASH) continue
    if (!escapes) return -1
    at++
  }
  return -1
}

function integerEnd(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at]! >= ZERO && bytes[at]! <= NINE) at++
  // JSON knows no leading zeros.
  return at === from || (bytes[from] === ZERO && at > from + 1) ? -1 : at
}

/** The place of a top-level value, where it can be found in the bytes beyond doubt. */
function holeOf(bytes: Buffer, name: string, event: unknown, id: string | undefined): Hole[] {
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
      from: from + quote,
      to: from + literal.length - quote,
    },
  ]
}

function withoutId({ id: _, ...rest }: Reading): Reading {
  return rest
}

/** The text's own place; undefined when it could stand in two. */
function textHole(bytes: Buffer, text: string): Hole | undefined {
  const literal = Buffer.from(JSON.stringify(text))
  const at = bytes.indexOf(literal)
  if (at < 0 || bytes.indexOf(literal, at + 1) >= 0) return undefined
  return { kind: 'text', isId: false, from: at + 1, to: at + literal.length - 1 }
}
