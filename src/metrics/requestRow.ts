/** One finished request as the formulas of metrics read it: the numbers of its row by name, NaN where not measured. */
import { C, gapsOf, ROW, readTpot, type SampleBatch, spanTokens } from '../samples/index.ts'

const NO_GAPS = new Float64Array(0)

/** A cursor: one object serves all rows, so that reading a row allocates nothing. Times are milliseconds. */
export class RequestRow {
  /** Between consecutive output events. */
  gaps: Float64Array = NO_GAPS
  #numbers: Float64Array = new Float64Array(ROW)
  #at = 0

  /** Moves on to a row of a batch. */
  moveTo(batch: SampleBatch, row: number): void {
    this.#numbers = batch.numbers
    this.#at = row * ROW
    this.gaps = gapsOf(batch, row)
  }

  get scheduledAt(): number {
    return this.#numbers[this.#at + C.scheduledAt]!
  }

  get startedAt(): number {
    return this.#numbers[this.#at + C.startedAt]!
  }

  get endedAt(): number {
    return this.#numbers[this.#at + C.endedAt]!
  }

  /** NaN where an open connection was used. */
  get connectMs(): number {
    return this.#numbers[this.#at + C.connectedAt]! - this.#numbers[this.#at + C.connectStartedAt]!
  }

  get firstChunkAt(): number {
    return this.#numbers[this.#at + C.firstChunkAt]!
  }

  get lastChunkAt(): number {
    return this.#numbers[this.#at + C.lastChunkAt]!
  }

  get firstTokenAt(): number {
    return this.#numbers[this.#at + C.firstTokenAt]!
  }

  /** Time per output token; NaN unless output came in two reads or more. */
  get tpotMs(): number {
    return readTpot(this.#numbers, this.#at)
  }

  /** Output tokens streamed after the first output event; NaN where that is not known. */
  get spanTokens(): number {
    return spanTokens(this.#numbers, this.#at)
  }

  get packages(): number {
    return this.#numbers[this.#at + C.packages]!
  }

  get items(): number {
    return this.#numbers[this.#at + C.items]!
  }

  get inputTokens(): number {
    return this.#numbers[this.#at + C.inputTokens]!
  }

  get outputTokens(): number {
    return this.#numbers[this.#at + C.outputTokens]!
  }

  get cachedTokens(): number {
    return this.#numbers[this.#at + C.cachedTokens]!
  }

  get reasoningTokens(): number {
    return this.#numbers[this.#at + C.reasoningTokens]!
  }

  /** Output tokens that were streamed; NaN where the server hides some and does not say how many. */
  get visibleTokens(): number {
    return this.outputTokens - this.#numbers[this.#at + C.hiddenTokens]!
  }

  /** In the currency of the run's prices; NaN without prices, and where tokens are not known. */
  get cost(): number {
    return this.#numbers[this.#at + C.cost]!
  }

  /** Of a conversation, from 0; NaN for a single request. */
  get turn(): number {
    return this.#numbers[this.#at + C.turn]!
  }
}
