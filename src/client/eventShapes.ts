/**
 * Recognises the few events of an answer that are not plain tokens (the first, the last, `[DONE]`), and the first
 * token itself, from those of earlier answers on the same connection. Such events differ from answer to answer only in
 * values that say nothing about it, as `id` and `created` do.
 */
import type { Reading } from '../apis/api.ts'
import { EventPattern, findHoles } from './eventPattern.ts'
import { MAX_KNOWN_BYTES } from './knownBytes.ts'

/** Role, first token, finish, usage and `[DONE]`, and some to spare. */
const MAX_SHAPES = 8
/** After this many shapes that never came again, events are taken as always different. */
const USELESS_LESSONS = 24

interface Shape {
  pattern: EventPattern
  reading: Reading
}

/** Names of top-level values that say nothing about an answer. */
export interface Meaningless {
  /** All of them, and those that differ even within an answer. */
  unread: readonly string[]
  varying: readonly string[]
}

export class EventShapes {
  /** What the matched event says; its text and id are where the pattern has them instead, if it does. */
  reading: Reading = {}
  /** Of the matched event. */
  pattern: EventPattern | undefined
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
      const { pattern, reading } = this.#shapes[at]!
      const matched = pattern.match(bytes, start, end, base)
      if (matched < 0) continue
      this.reading = reading
      this.pattern = pattern
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
   * @param isPlainText the event's only content is `reading.text`
   */
  learn(
    raw: Uint8Array,
    event: unknown,
    reading: Reading,
    { unread, varying }: Meaningless,
    isPlainText: boolean,
  ): void {
    if (raw.length > MAX_KNOWN_BYTES || !this.learning) return
    this.#useless++
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    const holes = findHoles(bytes, event, {
      names: unread,
      varying,
      ...(reading.id === undefined ? {} : { id: reading.id }),
      ...(isPlainText ? { text: reading.text! } : {}),
    })
    if (holes === undefined) return
    const pattern = new EventPattern(bytes, 0, bytes.length, holes)
    const shape = { pattern, reading: pattern.hasId ? withoutId(reading) : reading }
    if (this.#shapes.length < MAX_SHAPES) this.#next = this.#shapes.push(shape)
    else {
      const at = this.#next % MAX_SHAPES
      this.#shapes[at] = shape
      this.#next = at + 1
    }
  }
}

function withoutId({ id: _, ...rest }: Reading): Reading {
  return rest
}

/** An event whose whole meaning is one piece of text, so that its like can be recognised by its bytes. */
export function isPlainText(reading: Reading): boolean {
  return (
    reading.text !== undefined &&
    reading.text !== '' &&
    reading.isPackage === true &&
    reading.more === undefined &&
    !reading.hasOutput &&
    reading.called === undefined &&
    reading.toolCalls === undefined &&
    !reading.finishReason &&
    !reading.ends &&
    reading.usage === undefined &&
    reading.error === undefined &&
    reading.malformed === undefined
  )
}
