/**
 * Recognises stream events that differ from one already parsed only in their text, without parsing them.
 *
 * Servers send hundreds of events that are byte for byte the same but for one string, or for that and a counter or
 * some padding. Once one such event was parsed in full, its like needs no parser (`EventPattern` says why).
 */
import { EventPattern, findHoles, stringEnd } from './eventPattern.ts'
import { KnownBytes, MAX_KNOWN_BYTES } from './knownBytes.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20

/** After this many lessons that were not used even once, a stream is taken as one whose events always differ. */
const USELESS_LESSONS = 4

export interface Lesson {
  /** The event as it was parsed. */
  event?: unknown
  /** Names of its top-level values that say nothing and differ from event to event. */
  varying?: readonly string[]
  isReasoning?: boolean
}

export class EventTemplate {
  /** Where the text of the last matched event lies; its JSON-escaped bytes without the quotes. */
  textStart = 0
  textEnd = 0
  /** The texts of matched events are the model's reasoning. */
  isReasoning = false
  /** The bytes before the text; none: nothing is learned, or a pattern. */
  readonly #prefix = new KnownBytes()
  #suffix = new KnownBytes()
  /** The bytes after one random string that follows the suffix, as padding does; undefined: nothing follows it. */
  #end: KnownBytes | undefined
  readonly #ownSuffix = new KnownBytes()
  readonly #ownEnd = new KnownBytes()
  /** Where something else differs besides the text. */
  #pattern: EventPattern | undefined
  #useless = 0

  /** Forgets what was learned; a new answer starts. */
  reset(): void {
    this.#prefix.length = 0
    this.#pattern = undefined
    this.#useless = 0
  }

  /** False once the events of this stream turned out to differ each time, so that learning is not worth its cost. */
  get learning(): boolean {
    return this.#useless < USELESS_LESSONS
  }

  /**
   * Learns from an event that was parsed in full and whose only content was `text`.
   *
   * @param raw the event's bytes, from its first byte to past its blank line
   */
  learn(raw: Uint8Array, text: string, { event, varying = [], isReasoning = false }: Lesson = {}): void {
    this.#useless++
    this.#prefix.length = 0
    this.#pattern = undefined
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    if (bytes.length > MAX_KNOWN_BYTES) return
    const holes = findHoles(bytes, event, { names: varying, varying, text })
    if (holes === undefined) return
    this.isReasoning = isReasoning
    this.#takePattern(new EventPattern(bytes, 0, bytes.length, holes))
  }

  #takePattern(pattern: EventPattern): void {
    const [prefix, suffix, end] = pattern.parts
    if (!pattern.isTextThenPadding) {
      this.#prefix.length = 0
      this.#pattern = pattern
      return
    }
    this.#prefix.copy(prefix!)
    this.#suffix = suffix!
    this.#end = end
  }

  /**
   * Takes over an event whose meaning is known already.
   *
   * @param pattern that it matched; the event lies from `start` to `end` in `bytes`
   */
  adopt(bytes: Buffer, start: number, end: number, pattern: EventPattern, isReasoning: boolean): void {
    const { textStart, textEnd, tail } = pattern
    if (end - start > MAX_KNOWN_BYTES) return
    this.isReasoning = isReasoning
    this.#pattern = undefined
    const padding = pattern.padding
    if (pattern.varies && padding === undefined) {
      this.#takePattern(pattern.narrowed(bytes, start, end))
      return
    }
    this.#prefix.learn(bytes, start, textStart)
    this.#end = undefined
    if (padding !== undefined) {
      // Once for each answer: memory of our own is cheaper than a new pattern.
      this.#ownSuffix.learn(bytes, textEnd, padding.from)
      this.#ownEnd.learn(bytes, padding.to, end)
      this.#suffix = this.#ownSuffix
      this.#end = this.#ownEnd
    } else if (tail !== undefined) this.#suffix = tail
    else {
      this.#ownSuffix.learn(bytes, textEnd, end)
      this.#suffix = this.#ownSuffix
    }
  }

  /**
   * The end of the event at `start` when it matches, otherwise −1. On a match the text is at `textStart…textEnd`.
   * An event with an empty text never matches: it carries no token.
   *
   * @param base where `bytes` begin in the memory of direct reads; −1: they are not in it
   */
  match(bytes: Buffer, start: number, end: number, base = -1): number {
    const prefix = this.#prefix
    if (prefix.length === 0) return this.#pattern === undefined ? -1 : this.#matchPattern(bytes, start, end, base)
    const suffix = this.#suffix
    const textStart = start + prefix.length
    if (textStart + suffix.length >= end || !prefix.isAt(bytes, start, base)) return -1
    let at = textStart
    for (;;) {
      if (at >= end) return -1
      const byte = bytes[at]!
      if (byte === QUOTE) break
      // Control characters are not allowed in a JSON string: leave the verdict to the parser.
      if (byte < SPACE) return -1
      if (byte === BACKSLASH) {
        at = stringEnd(bytes, at, end, true)
        if (at < 0) return -1
        break
      }
      at++
    }
    if (at === textStart || at + suffix.length > end || !suffix.isAt(bytes, at, base)) return -1
    let after = at + suffix.length
    const last = this.#end
    if (last !== undefined) {
      after = paddingEnd(bytes, after, end)
      if (after < 0 || after + last.length > end || !last.isAt(bytes, after, base)) return -1
      after += last.length
    }
    this.textStart = textStart
    this.textEnd = at
    this.#useless = 0
    return after
  }

  #matchPattern(bytes: Buffer, start: number, end: number, base: number): number {
    const pattern = this.#pattern!
    const at = pattern.match(bytes, start, end, base)
    if (at < 0) return -1
    this.textStart = pattern.textStart
    this.textEnd = pattern.textEnd
    this.#useless = 0
    return at
  }
}

/** Where a string without escapes ends; −1 where it does not. */
function paddingEnd(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) return at
    if (byte < SPACE || byte === BACKSLASH) return -1
  }
  return -1
}
