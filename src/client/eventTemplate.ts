/**
 * Recognises stream events that differ from one already parsed only in their text, without parsing them.
 *
 * Servers send hundreds of events that are byte for byte the same but for one string. Once one such event was parsed
 * in full, an event with the same bytes before and after its string has the same JSON structure, so its meaning is
 * known exactly; whatever differs anywhere else is parsed in full. This is a proof, not a guess.
 */
import { KnownBytes, MAX_KNOWN_BYTES } from './knownBytes.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20

/** After this many lessons that were not used even once, a stream is taken as one whose events always differ. */
const USELESS_LESSONS = 4

export class EventTemplate {
  /** Where the text of the last matched event lies; its JSON-escaped bytes without the quotes. */
  textStart = 0
  textEnd = 0
  /** The texts of matched events are the model's reasoning. */
  isReasoning = false
  /** The bytes before the text; none: nothing is learned. */
  readonly #prefix = new KnownBytes()
  #suffix = new KnownBytes()
  #useless = 0

  /** Forgets what was learned; a new answer starts. */
  reset(): void {
    this.#prefix.length = 0
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
  learn(raw: Uint8Array, text: string, isReasoning = false): void {
    this.#useless++
    this.#prefix.length = 0
    const literal = Buffer.from(JSON.stringify(text))
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    const at = bytes.indexOf(literal)
    // A second occurrence would leave open which of the two was read.
    if (at < 0 || bytes.indexOf(literal, at + 1) >= 0) return
    const end = at + literal.length - 1
    if (bytes.length - end > MAX_KNOWN_BYTES) return
    const suffix = new KnownBytes()
    suffix.learn(bytes, end, bytes.length)
    this.adopt(bytes, 0, at + 1, suffix, isReasoning)
  }

  /**
   * Takes over an event whose meaning is known already.
   *
   * @param start where the event begins in `bytes`; its text begins at `textStart`
   * @param suffix the event's bytes after its text, which must not change
   */
  adopt(bytes: Buffer, start: number, textStart: number, suffix: KnownBytes, isReasoning: boolean): void {
    this.isReasoning = isReasoning
    if (textStart - start > MAX_KNOWN_BYTES) return
    this.#prefix.learn(bytes, start, textStart)
    this.#suffix = suffix
  }

  /**
   * The end of the event at `start` when it matches, otherwise −1. On a match the text is at `textStart…textEnd`.
   * An event with an empty text never matches: it carries no token.
   *
   * @param base where `bytes` begin in the memory of direct reads; −1: they are not in it
   */
  match(bytes: Buffer, start: number, end: number, base = -1): number {
    const prefix = this.#prefix
    if (prefix.length === 0) return -1
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
      // Escapes are left to the parser too when they are unusual; skipping the escaped byte finds the true end.
      at += byte === BACKSLASH ? 2 : 1
    }
    if (at === textStart || at + suffix.length > end || !suffix.isAt(bytes, at, base)) return -1
    this.textStart = textStart
    this.textEnd = at
    this.#useless = 0
    return at + suffix.length
  }
}
