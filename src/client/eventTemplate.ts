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

/**
 * Bytes of an event are copied here, to compare them four at a time: half the cost of a loop over single bytes.
 * A longer prefix is not learned.
 */
const ALIGNED = new ArrayBuffer(4096)
const alignedBytes = Buffer.from(ALIGNED)
const alignedWords = new Int32Array(ALIGNED)

/** After this many lessons that were not used even once, a stream is taken as one whose events always differ. */
const USELESS_LESSONS = 4

export class EventTemplate {
  /** Where the text of the last matched event lies; its JSON-escaped bytes without the quotes. */
  textStart = 0
  textEnd = 0
  /** The texts of matched events are the model's reasoning. */
  isReasoning = false
  #prefix: Uint8Array | undefined
  /** The prefix again, but for its last bytes, as 32-bit words. */
  #words = new Int32Array(0)
  #suffix: Uint8Array = new Uint8Array(0)
  #useless = 0

  /** Forgets what was learned; a new answer starts. */
  reset(): void {
    this.#prefix = undefined
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
    this.isReasoning = isReasoning
    this.#prefix = undefined
    const literal = Buffer.from(JSON.stringify(text))
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    const at = bytes.indexOf(literal)
    // A second occurrence would leave open which of the two was read.
    if (at < 0 || at >= ALIGNED.byteLength || bytes.indexOf(literal, at + 1) >= 0) return
    this.#prefix = new Uint8Array(bytes.subarray(0, at + 1))
    bytes.copy(alignedBytes, 0, 0, at + 1)
    this.#words = alignedWords.slice(0, (at + 1) >> 2)
    this.#suffix = new Uint8Array(bytes.subarray(at + literal.length - 1))
  }

  /**
   * The end of the event at `start` when it matches, otherwise −1. On a match the text is at `textStart…textEnd`.
   * An event with an empty text never matches: it carries no token.
   */
  match(bytes: Buffer, start: number, end: number): number {
    const prefix = this.#prefix
    if (prefix === undefined) return -1
    const suffix = this.#suffix
    const textStart = start + prefix.length
    if (textStart + suffix.length >= end) return -1
    bytes.copy(alignedBytes, 0, start, textStart)
    const words = this.#words
    for (let i = 0; i < words.length; i++) if (alignedWords[i] !== words[i]) return -1
    for (let i = words.length << 2; i < prefix.length; i++) if (alignedBytes[i] !== prefix[i]) return -1
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
