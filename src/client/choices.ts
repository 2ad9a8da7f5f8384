/** The texts of an answer's choices as they grow, and which of them have ended. */
import { CHOICE_SEPARATOR } from '../samples/index.ts'

/** A choice's text is kept up to this size; figures are not affected by the cut. */
const CHOICE_TEXT_BYTES = 4 << 20
/** No API gives as many. */
export const MOST_CHOICES = 4096

/** One choice of an answer. */
export class Choice {
  readonly index: number
  finished = false
  #text = new Uint8Array(1024)
  #length = 0
  /** Where what was added last begins. */
  #lastFrom = 0
  /** Ends of what is not spoken, in pairs: where it begins, and where it ends. */
  readonly #unspoken: number[] = []

  constructor(index: number) {
    this.index = index
  }

  reset(): void {
    this.#length = 0
    this.#lastFrom = 0
    this.#unspoken.length = 0
    this.finished = false
  }

  /** The inside of a JSON string, UTF-8. Valid until the next reset. */
  get text(): Uint8Array {
    return this.#text.subarray(0, this.#length)
  }

  /** The text without reasoning and calls of tools, in the same form. */
  get spoken(): Uint8Array {
    const cuts = [0, ...this.#unspoken, this.#length]
    const parts = Array.from({ length: cuts.length / 2 }, (_, i) => this.#text.subarray(cuts[2 * i], cuts[2 * i + 1]))
    const spoken = parts.filter(({ length }) => length > 0)
    return spoken.length === 1 ? spoken[0]! : Buffer.concat(spoken)
  }

  /** What was added last was the model's reasoning. */
  endReasoning(): void {
    this.#leaveOut()
  }

  /** What was added last calls a tool. */
  endCall(): void {
    this.#leaveOut()
  }

  #leaveOut(): void {
    const cuts = this.#unspoken
    if (cuts.length > 0 && cuts.at(-1) === this.#lastFrom) cuts[cuts.length - 1] = this.#length
    else cuts.push(this.#lastFrom, this.#length)
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.#lastFrom = this.#length
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
  readonly #byIndex = new Map<number, Choice>()
  /** The answer has more than MOST_CHOICES: what the others say is not kept. */
  tooMany = false

  /** Forgets everything; a new answer starts. */
  reset(): void {
    this.#all.length = 0
    this.#byIndex.clear()
    this.tooMany = false
    this.#first.reset()
  }

  /** The choice with this index, which the answer has from now on. */
  at(index: number): Choice {
    let choice = this.#byIndex.get(index)
    if (choice !== undefined) return choice
    choice = index === 0 ? this.#first : new Choice(index)
    if (this.#all.length >= MOST_CHOICES) {
      this.tooMany = true
      return choice
    }
    this.#all.push(choice)
    this.#byIndex.set(index, choice)
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

  /** The first choice's text without its reasoning and calls of tools. Valid until the next reset. */
  get spoken(): Uint8Array {
    return this.#first.spoken
  }
}
