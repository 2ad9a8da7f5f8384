/**
 * Recognises stream events that differ from one already parsed only in their text, without parsing them.
 *
 * Servers send hundreds of events that are byte for byte the same but for one string. Once one such event was parsed
 * in full, an event with the same bytes before and after its string has the same JSON structure, so its meaning is
 * known exactly; whatever differs anywhere else is parsed in full. This is a proof, not a guess.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20

/** A longer prefix is not learned. */
const MAX_PREFIX = 4096
/**
 * Bytes of an event are copied here, to compare them four at a time: half the cost of a loop over single bytes.
 */
const ALIGNED = new ArrayBuffer(MAX_PREFIX)
const alignedBytes = Buffer.from(ALIGNED)
const alignedWords = new Int32Array(ALIGNED)

/** After this many lessons that were not used even once, a stream is taken as one whose events always differ. */
const USELESS_LESSONS = 4

export class EventTemplate {
  /** Where the text of the last matched event lies; its JSON-escaped bytes without the quotes. */
  textStart = 0
  textEnd = 0
  /** The bytes before the text, and the same memory as 32-bit words; a length of 0: nothing is learned. */
  #prefix = new Uint8Array(0)
  #words = new Int32Array(0)
  #prefixLength = 0
  #suffix: Uint8Array = new Uint8Array(0)
  #useless = 0

  /** Forgets what was learned; a new answer starts. */
  reset(): void {
    this.#prefixLength = 0
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
  learn(raw: Uint8Array, text: string): void {
    this.#useless++
    this.#prefixLength = 0
    const literal = Buffer.from(JSON.stringify(text))
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    const at = bytes.indexOf(literal)
    // A second occurrence would leave open which of the two was read.
    if (at < 0 || bytes.indexOf(literal, at + 1) >= 0) return
    this.adopt(bytes, 0, at + 1, new Uint8Array(bytes.subarray(at + literal.length - 1)))
  }

  /**
   * Takes over an event whose meaning is known already.
   *
   * @param start where the event begins in `bytes`; its text begins at `textStart`
   * @param suffix the event's bytes after its text, which must not change
   */
  adopt(bytes: Buffer, start: number, textStart: number, suffix: Uint8Array): void {
    const length = textStart - start
    if (length > MAX_PREFIX) return
    if (length > this.#prefix.length) {
      const memory = new ArrayBuffer((length + 259) & ~255)
      this.#prefix = new Uint8Array(memory)
      this.#words = new Int32Array(memory)
    }
    bytes.copy(this.#prefix, 0, start, textStart)
    this.#prefixLength = length
    this.#suffix = suffix
  }

  /**
   * The end of the event at `start` when it matches, otherwise −1. On a match the text is at `textStart…textEnd`.
   * An event with an empty text never matches: it carries no token.
   */
  match(bytes: Buffer, start: number, end: number): number {
    const length = this.#prefixLength
    if (length === 0) return -1
    const suffix = this.#suffix
    const textStart = start + length
    if (textStart + suffix.length >= end) return -1
    bytes.copy(alignedBytes, 0, start, textStart)
    const words = this.#words
    const wordCount = length >> 2
    for (let i = 0; i < wordCount; i++) if (alignedWords[i] !== words[i]) return -1
    const prefix = this.#prefix
    for (let i = wordCount << 2; i < length; i++) if (alignedBytes[i] !== prefix[i]) return -1
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
    if (at === textStart || at + suffix.length > end) return -1
    for (let i = 0; i < suffix.length; i++) if (bytes[at + i] !== suffix[i]) return -1
    this.textStart = textStart
    this.textEnd = at
    this.#useless = 0
    return at + suffix.length
  }
}
