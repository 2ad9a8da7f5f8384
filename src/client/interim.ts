/** Takes "100 Continue" from the front of an answer, however its bytes are cut. */

const CONTINUE = [Buffer.from('HTTP/1.1 100'), Buffer.from('HTTP/1.0 100')]
const LENGTH = CONTINUE[0]!.length
/** Where the status begins, and what an announcement's begins with. */
const STATUS = LENGTH - 3
const ONE = 0x31
const BLANK_LINE = '\r\n\r\n'
/** A head that goes on for longer is left to the parser, which refuses it. */
const MAX_HEAD_BYTES = 16_384

export class InterimAnswers {
  #held: Buffer | undefined

  /** @returns the bytes from the first that does not belong to a "100 Continue"; undefined when more must come first */
  skip(bytes: Buffer): Buffer | undefined {
    let rest = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes])
    this.#held = undefined
    while (mayBeContinue(rest)) {
      const end = rest.length < LENGTH ? -1 : rest.indexOf(BLANK_LINE)
      if (end < 0 && rest.length <= MAX_HEAD_BYTES) {
        if (rest.length > 0) this.#held = rest
        return undefined
      }
      if (end < 0) return rest
      rest = rest.subarray(end + BLANK_LINE.length)
    }
    return rest
  }

  /** Nothing came before these bytes, and they hold the head of the answer itself to its end. */
  isWholeHead(bytes: Buffer): boolean {
    return this.#held === undefined && bytes[STATUS] !== ONE && bytes.includes(BLANK_LINE)
  }

  /** Another connection, or another answer. */
  reset(): void {
    this.#held = undefined
  }
}

/** It begins like one, as far as it goes. */
function mayBeContinue(bytes: Buffer): boolean {
  // The last digits tell an answer from an announcement in nearly all cases.
  if (bytes.length >= LENGTH && bytes[STATUS] !== ONE) return false
  const length = Math.min(bytes.length, LENGTH)
  return CONTINUE.some((start) => start.compare(bytes, 0, length, 0, length) === 0)
}
