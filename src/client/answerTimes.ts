/** When the parts of an answer arrived, from the socket reads that brought them: docs/metrics.md has the rule. */

/** No answer has as many tokens; their gaps would take more memory the longer the stream goes on. */
export const MAX_GAPS = 4 << 20

/** Times are `performance.now()` milliseconds, NaN until they happen. */
export class AnswerTimes {
  headersAt = Number.NaN
  firstChunkAt = Number.NaN
  lastChunkAt = Number.NaN
  firstTokenAt = Number.NaN
  lastTokenAt = Number.NaN
  /** First output event that is not the model's reasoning. */
  answerAt = Number.NaN
  endedAt = Number.NaN
  /** By how much each of them may be too late: its bytes came at most so long before, milliseconds. */
  firstChunkError = 0
  lastChunkError = 0
  firstTokenError = 0
  lastTokenError = 0
  answerError = 0
  endError = 0
  packages = 0
  outputEvents = 0
  /** Gaps between output events, milliseconds; the first `gapCount` are valid. */
  gaps = new Float64Array(256)
  /** By how much the end of each may be too late, milliseconds. */
  gapErrors = new Float32Array(256)
  gapCount = 0
  /** When the socket read that is being decoded happened, and the stamp that its bytes have. */
  #readAt = 0
  #stamp = 0
  #earliest = 0
  #eventsOfRead = 0
  #isAnswering = false

  protected forgetTimes(): void {
    this.headersAt = Number.NaN
    this.firstChunkAt = Number.NaN
    this.lastChunkAt = Number.NaN
    this.firstTokenAt = Number.NaN
    this.lastTokenAt = Number.NaN
    this.answerAt = Number.NaN
    this.#isAnswering = false
    this.endedAt = Number.NaN
    this.firstChunkError = 0
    this.lastChunkError = 0
    this.firstTokenError = 0
    this.lastTokenError = 0
    this.answerError = 0
    this.endError = 0
    this.packages = 0
    this.outputEvents = 0
    this.gapCount = 0
  }

  /**
   * Bytes of a read follow, perhaps of the same one as before.
   *
   * @param arrivedAt since when the first of them had been there
   * @param earliestAt before this none of them came
   */
  protected startRead(at: number, arrivedAt = at, earliestAt = arrivedAt): void {
    if (at === this.#readAt) return
    this.#readAt = at
    this.#stamp = arrivedAt
    this.#earliest = earliestAt
    this.#eventsOfRead = 0
  }

  /** A data event of the stream; what it holds is counted after this. */
  protected stampEvent(): void {
    if (this.#eventsOfRead++ === 1) this.#shareStamp()
    this.endedAt = this.#stamp
    this.endError = this.#error
  }

  /** Of the stamp at hand. */
  get #error(): number {
    return this.#stamp - this.#earliest
  }

  /** A piece of a body that is no stream. */
  protected stampPiece(): void {
    this.endedAt = this.#eventsOfRead++ === 0 ? this.#stamp : this.#readAt
    this.#stamp = this.endedAt
    this.endError = this.#error
  }

  /** The second event of a read may have come after the first had been there for long: both have the read's time. */
  #shareStamp(): void {
    const first = this.#stamp
    const at = this.#readAt
    if (at === first) return
    this.#stamp = at
    const error = this.#error
    if (this.firstChunkAt === first) {
      this.firstChunkAt = at
      this.firstChunkError = error
    }
    if (this.lastChunkAt === first) {
      this.lastChunkAt = at
      this.lastChunkError = error
    }
    if (this.firstTokenAt === first) {
      this.firstTokenAt = at
      this.firstTokenError = error
    }
    if (this.answerAt === first) {
      this.answerAt = at
      this.answerError = error
    }
    if (this.lastTokenAt !== first) return
    this.lastTokenAt = at
    this.lastTokenError = error
    if (this.outputEvents <= 1) return
    this.gaps[this.gapCount - 1]! += at - first
    this.gapErrors[this.gapCount - 1] = error
  }

  protected countPackage(): void {
    const error = this.#error
    if (this.packages++ === 0) {
      this.firstChunkAt = this.#stamp
      this.firstChunkError = error
    }
    this.lastChunkAt = this.#stamp
    this.lastChunkError = error
  }

  /**
   * @param isReasoning the output is nothing but the model's reasoning
   * @returns whether there was room for its gap
   */
  protected countOutput(isReasoning: boolean): boolean {
    const error = this.#error
    if (!isReasoning && !this.#isAnswering) {
      this.#isAnswering = true
      this.answerAt = this.#stamp
      this.answerError = error
    }
    if (this.outputEvents++ === 0) {
      this.firstTokenAt = this.#stamp
      this.firstTokenError = error
    } else {
      if (this.gapCount === this.gaps.length) {
        if (this.gapCount >= MAX_GAPS) return false
        const larger = new Float64Array(this.gapCount * 2)
        larger.set(this.gaps)
        this.gaps = larger
        const largerErrors = new Float32Array(this.gapCount * 2)
        largerErrors.set(this.gapErrors)
        this.gapErrors = largerErrors
      }
      this.gapErrors[this.gapCount] = error
      this.gaps[this.gapCount++] = this.#stamp - this.lastTokenAt
    }
    this.lastTokenAt = this.#stamp
    this.lastTokenError = error
    return true
  }
}
