/** One finished request as the formulas of metrics read it: the numbers of its row by name, NaN where not measured. */
import { C, gapErrorsOf, gapsOf, ROW, readTpot, type SampleBatch, spanTokens } from '../samples/index.ts'
import { longest, shortest } from '../stats/index.ts'

const NO_GAPS = new Float64Array(0)
const NO_ERRORS = new Float32Array(0)
const ERRORS = [
  C.firstChunkError,
  C.lastChunkError,
  C.firstTokenError,
  C.lastTokenError,
  C.answerError,
  C.endError,
] as const

/**
 * Which end of what the errors of its timestamps leave open a row is read at. `early`: every answer came as early as it
 * may have. `late`: the start of each difference of two timestamps did, so that the difference is the longest.
 */
export type RowEnd = 'measured' | 'early' | 'late'

/** A cursor: one object serves all rows, so that reading a row allocates nothing. Times are milliseconds. */
export class RequestRow {
  /** Between consecutive output events. */
  gaps: Float64Array = NO_GAPS
  /** By how much the end of each gap may be too late. */
  gapErrors: Float32Array = NO_ERRORS
  end: RowEnd = 'measured'
  #numbers: Float64Array = new Float64Array(ROW)
  #at = 0

  /** Moves on to a row of a batch. */
  moveTo(batch: SampleBatch, row: number): void {
    this.#numbers = batch.numbers
    this.#at = row * ROW
    this.gaps = gapsOf(batch, row)
    this.gapErrors = gapErrorsOf(batch, row)
    this.end = 'measured'
  }

  /** Whether any of its times may be too late. */
  get hasErrors(): boolean {
    for (const column of ERRORS) if (this.#numbers[this.#at + column]! > 0) return true
    for (let i = 0; i < this.gapErrors.length; i++) if (this.gapErrors[i]! > 0) return true
    return false
  }

  get firstTokenError(): number {
    return this.#numbers[this.#at + C.firstTokenError]!
  }

  get endError(): number {
    return this.#numbers[this.#at + C.endError]!
  }

  /** From the end of the answer before on its connection to its start; NaN where nothing waited. */
  get turnaroundMs(): number {
    return this.#numbers[this.#at + C.turnaround]!
  }

  /** A moment as it is seen from the start of the request, which is our own. */
  #seen(column: number, error: number): number {
    const at = this.#numbers[this.#at + column]!
    if (this.end !== 'early') return at
    return this.startedAt + shortest(at - this.startedAt, this.#numbers[this.#at + error]!)
  }

  /** A difference of two moments at which bytes were seen. */
  #between(ms: number, startError: number, endError: number): number {
    if (this.end === 'measured') return ms
    return this.end === 'early'
      ? shortest(ms, this.#numbers[this.#at + endError]!)
      : longest(ms, this.#numbers[this.#at + startError]!)
  }

  get scheduledAt(): number {
    return this.#numbers[this.#at + C.scheduledAt]!
  }

  get startedAt(): number {
    return this.#numbers[this.#at + C.startedAt]!
  }

  get endedAt(): number {
    return this.#seen(C.endedAt, C.endError)
  }

  /** NaN where an open connection was used. */
  get connectMs(): number {
    return this.#numbers[this.#at + C.connectedAt]! - this.#numbers[this.#at + C.connectStartedAt]!
  }

  get firstChunkAt(): number {
    return this.#seen(C.firstChunkAt, C.firstChunkError)
  }

  /** From the first chunk to the last. */
  get chunksMs(): number {
    const ms = this.#numbers[this.#at + C.lastChunkAt]! - this.#numbers[this.#at + C.firstChunkAt]!
    return this.#between(ms, C.firstChunkError, C.lastChunkError)
  }

  get firstTokenAt(): number {
    return this.#seen(C.firstTokenAt, C.firstTokenError)
  }

  /** Mean of the gaps between output events; NaN without any. */
  get meanGapMs(): number {
    if (this.end === 'measured') return mean(this.gaps)
    const n = this.gaps.length
    return this.#between(mean(this.gaps) * n, C.firstTokenError, C.lastTokenError) / n
  }

  /** Time per output token; NaN unless output came in two reads or more. */
  get tpotMs(): number {
    const ms = readTpot(this.#numbers, this.#at)
    if (this.end === 'measured' || Number.isNaN(ms)) return ms
    const tokens = this.spanTokens
    return this.#between(ms * tokens, C.answerError, C.lastTokenError) / tokens
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

/** NaN without values. */
function mean(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}
