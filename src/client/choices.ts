/** The texts of an answer's choices as they grow, and which of them have ended. */
import { CHOICE_SEPARATOR } from '../samples/index.ts'

/** A choice's text is kept up to this size; figures are not affected by the cut. */
const CHOICE_TEXT_BYTES = 4 << 20

interface Choice {
  index: number
  text: Uint8Array
  length: number
  /** Where the model's reasoning ends. */
  spokenFrom: number
  finished: boolean
}

export class Choices {
  readonly #first: Choice = { index: 0, text: new Uint8Array(1024), length: 0, spokenFrom: 0, finished: false }
  #all: Choice[] = []

  /** Forgets everything; a new answer starts. */
  reset(): void {
    this.#all.length = 0
    this.#first.length = 0
    this.#first.spokenFrom = 0
    this.#first.finished = false
  }

  /** The answer has this choice, although it may have no text yet. */
  open(index: number): void {
    this.#at(index)
  }

  finish(index: number): void {
    this.#at(index).finished = true
  }

  /** What the choice has said so far was the model's reasoning. */
  endReasoning(index: number): void {
    const choice = this.#at(index)
    choice.spokenFrom = choice.length
  }

  /** True when there are choices and all of them have ended. */
  get finished(): boolean {
    return this.#all.length > 0 && this.#all.every((choice) => choice.finished)
  }

  append(index: number, bytes: Uint8Array, start: number, end: number): void {
    const choice = this.#at(index)
    const length = choice.length + end - start
    if (length > choice.text.length) {
      if (length > CHOICE_TEXT_BYTES) return
      const larger = new Uint8Array(Math.max(length, choice.text.length * 2))
      larger.set(choice.text)
      choice.text = larger
    }
    const text = choice.text
    // Token texts are a few bytes long: a loop beats a call into native code.
    for (let i = start, to = choice.length; i < end; i++) text[to++] = bytes[i]!
    choice.length = length
  }

  /** The texts in the order of the choices, with separators between them. Valid until the next reset. */
  get text(): Uint8Array {
    if (this.#all.length <= 1) return textOf(this.#all[0] ?? this.#first)
    const separator = Buffer.from(CHOICE_SEPARATOR)
    const ordered = [...this.#all].sort((a, b) => a.index - b.index)
    return Buffer.concat(ordered.flatMap((choice, i) => (i === 0 ? [textOf(choice)] : [separator, textOf(choice)])))
  }

  /** The first choice's text after its reasoning. Valid until the next reset. */
  get spoken(): Uint8Array {
    const { text, spokenFrom, length } = this.#first
    return text.subarray(spokenFrom, length)
  }

  #at(index: number): Choice {
    const all = this.#all
    for (let i = 0; i < all.length; i++) if (all[i]!.index === index) return all[i]!
    const choice =
      index === 0 ? this.#first : { index, text: new Uint8Array(1024), length: 0, spokenFrom: 0, finished: false }
    all.push(choice)
    return choice
  }
}

function textOf({ text, length }: Choice): Uint8Array {
  return text.subarray(0, length)
}
