/** The texts of an answer's choices as they grow, and which of them have ended. */
import { CHOICE_SEPARATOR } from '../samples/index.ts'

/** A choice's text is kept up to this size; figures are not affected by the cut. */
const CHOICE_TEXT_BYTES = 4 << 20

/** One choice of an answer. */
export class Choice {
  readonly index: number
  finished = false
  #text = new Uint8Array(1024)
  #length = 0
  /** Where the model's reasoning ends. */
  #spokenFrom = 0

  constructor(index: number) {
    this.index = index
  }

  reset(): void {
    this.#length = 0
    this.#spokenFrom = 0
    this.finished = false
  }

  /** The inside of a JSON string, UTF-8. Valid until the next reset. */
  get text(): Uint8Array {
    return this.#text.subarray(0, this.#length)
  }

  /** The text after the reasoning, in the same form. */
  get spoken(): Uint8Array {
    return this.#text.subarray(this.#spokenFrom, this.#length)
  }

  /** What was said so far was the model's reasoning. */
  endReasoning(): void {
    this.#spokenFrom = this.#length
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start
    if (length > this.#text.length) {
      if (length > CHOICE_TEXT_BYTES) return
      const larger = new Uint8Array(Math.max(length, this.#text.length * 2))
      larger.set(this.#text)
      this.#text = larger
    }
    // Token texts are a few bytes long: a loop beats a call into native code.
    const text = this.#text
    for (let i = start, to = this.#length; i < end; i++) text[to++] = bytes[i]!
    this.#length = length
  }
}

export class Choices {
  /** Most answers have no other, so its memory serves them one after another. */
  readonly #first = new Choice(0)
  readonly #all: Choice[] = []

  /** Forgets everything; a new answer starts. */
  reset(): void {
    this.#all.length = 0
    this.#first.reset()
  }

  /** The choice with this index, which the answer has from now on. */
  at(index: number): Choice {
    let choice = this.#all.find((known) => known.index === index)
    if (choice === undefined) {
      choice = index === 0 ? this.#first : new Choice(index)
      this.#all.push(choice)
    }
    return choice
  }

  /** Choices that have begun, and those of them that have ended. */
  get begun(): number {
    return this.#all.length
  }

  get ended(): number {
    let ended = 0
    for (const choice of this.#all) if (choice.finished) ended++
    return ended
  }

  /** The texts in the order of the choices, with separators between them. Valid until the next reset. */
  get text(): Uint8Array {
    if (this.#all.length <= 1) return (this.#all[0] ?? this.#first).text
    const separator = Buffer.from(CHOICE_SEPARATOR)
    const ordered = [...this.#all].sort((a, b) => a.index - b.index)
    return Buffer.concat(ordered.flatMap(({ text }, i) => (i === 0 ? [text] : [separator, text])))
  }

  /** The first choice's text after its reasoning. Valid until the next reset. */
  get spoken(): Uint8Array {
    return this.#first.spoken
  }
}
