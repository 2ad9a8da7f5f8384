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
  packages = 0
  outputEvents = 0
  /** Gaps between output events, milliseconds; the first `gapCount` are valid. */
  gaps = new Float64Array(256)
  gapCount = 0
  /** When the socket read that is being decoded happened, and the stamp that its bytes have. */
  #readAt = 0
  #stamp = 0
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
    this.packages = 0
    this.outputEvents = 0
    this.gapCount = 0
  }

  /**
   * Bytes of a read follow, perhaps of the same one as before.
   *
   * @param arrivedAt since when the first of them had been there
   */
  protected startRead(at: number, arrivedAt = at): void {
    if (at === this.#readAt) return
    this.#readAt = at
    this.#stamp = arrivedAt
    this.#eventsOfRead = 0
  }

  /** A data event of the stream; what it holds is counted after this. */
  protected stampEvent(): void {
    if (this.#eventsOfRead++ === 1) this.#shareStamp()
    this.endedAt = this.#stamp
  }

  /** A piece of a body that is no stream. */
  protected stampPiece(): void {
    this.endedAt = this.#eventsOfRead++ === 0 ? this.#stamp : this.#readAt
    this.#stamp = this.endedAt
  }

  /** The second event of a read may have come after the first had been there for long: both have the read's time. */
  #shareStamp(): void {
    const first = this.#stamp
    const at = this.#readAt
    if (at === first) return
    this.#stamp = at
    if (this.firstChunkAt === first) this.firstChunkAt = at
    if (this.lastChunkAt === first) this.lastChunkAt = at
    if (this.firstTokenAt === first) this.firstTokenAt = at
    if (this.answerAt === first) this.answerAt = at
    if (this.lastTokenAt !== first) return
    this.lastTokenAt = at
    if (this.outputEvents > 1) this.gaps[this.gapCount - 1]! += at - first
  }

  protected countPackage(): void {
    if (this.packages++ === 0) this.firstChunkAt = this.#stamp
    this.lastChunkAt = this.#stamp
  }

  /**
   * @param isReasoning the output is nothing but the model's reasoning
   * @returns whether there was room for its gap
   */
  protected countOutput(isReasoning: boolean): boolean {
    if (!isReasoning && !this.#isAnswering) {
      this.#isAnswering = true
      this.answerAt = this.#stamp
    }
    if (this.outputEvents++ === 0) this.firstTokenAt = this.#stamp
    else {
      if (this.gapCount === this.gaps.length) {
        if (this.gapCount >= MAX_GAPS) return false
        const larger = new Float64Array(this.gapCount * 2)
        larger.set(this.gaps)
        this.gaps = larger
      }
      this.gaps[this.gapCount++] = this.#stamp - this.lastTokenAt
    }
    this.lastTokenAt = this.#stamp
    return true
  }
}
