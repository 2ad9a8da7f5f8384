/**
 * The record of one request, and how many of them cross a thread boundary: one flat array of numbers per batch, one
 * of token gaps and one of text, so that a batch is handed over rather than copied.
 */
import { FAILURE_CAUSES, type FailureCause } from './causes.ts'

/** The numbers of a sample, in their order in a batch. Times are `performance.now()` milliseconds; NaN: not measured. */
const COLUMNS = [
  'index',
  'body',
  'scheduledAt',
  'startedAt',
  'connectStartedAt',
  'connectedAt',
  'sentAt',
  'headersAt',
  'firstChunkAt',
  'lastChunkAt',
  'firstTokenAt',
  'lastTokenAt',
  'endedAt',
  'packages',
  'outputEvents',
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'reasoningTokens',
  /** Output tokens that the server counted and never streamed; NaN: it says that there are some, but not how many. */
  'hiddenTokens',
  /** Tokens of the first output event: 1, unless a usage of its own tells. */
  'firstTokens',
  /** First output event that is no summary of the reasoning: from there to `lastTokenAt` tokens are timed. */
  'answerAt',
  /** Bits of `NOTE`. */
  'notes',
  'status',
  /** Index into FAILURE_CAUSES, −1 for a success. */
  'cause',
  /** Bits: 1 warmup, 2 input tokens estimated, 4 output tokens estimated, 8 came in one piece. */
  'flags',
  /** Number of the conversation, from 0; the next three are NaN for single requests. */
  'conversation',
  /** From 0. */
  'turn',
  /** Turns the conversation is to have. */
  'turns',
  /** Texts embedded or documents ranked by the request; NaN where the API generates. */
  'items',
  /** Of its tokens at the run's prices; NaN without prices. */
  'cost',
  /**
   * By how much the moments of these names may be too late, milliseconds: their bytes came at most so long before they
   * were seen. NaN or 0: by nothing.
   */
  'firstChunkError',
  'lastChunkError',
  'firstTokenError',
  'lastTokenError',
  'answerError',
  'endError',
  /** From the end of the answer before on the same connection, as it was seen, to this start; NaN where nothing waited. */
  'turnaround',
] as const
export type Column = (typeof COLUMNS)[number]

/** Position of each column within a row. */
export const C = Object.fromEntries(COLUMNS.map((name, i) => [name, i])) as Record<Column, number>
/** Numbers per row. */
export const ROW = COLUMNS.length

export const FLAG_WARMUP = 1
export const FLAG_INPUT_ESTIMATED = 2
export const FLAG_OUTPUT_ESTIMATED = 4
export const FLAG_WHOLE = 8

/** Between the texts of two choices of an answer. JSON strings hold no control character unescaped. */
export const CHOICE_SEPARATOR = '\u001e'

/**
 * Texts of a sample, in their order: the answer as the inside of a JSON string, the rest plain UTF-8. `request` is the
 * body of a later turn; others are the prepared body.
 */
export const TEXTS = ['answer', 'failure', 'requestId', 'finishReason', 'request'] as const
export type Text = (typeof TEXTS)[number]

/** Finished requests of one load thread. */
export interface SampleBatch {
  count: number
  worker: number
  /** `count × ROW` numbers, row after row. */
  numbers: Float64Array
  /** All gaps between output events, milliseconds, request after request; `gapEnds[i]` is where those of row i end. */
  gaps: Float64Array
  /** By how much the end of each gap may be too late, milliseconds; its start is the end of the one before. */
  gapErrors: Float32Array
  gapEnds: Uint32Array
  text: Uint8Array
  /** Where each text of each row ends: `textEnds[row × TEXTS.length + k]`. */
  textEnds: Uint32Array
}

export function gapsOf(batch: SampleBatch, row: number): Float64Array {
  return batch.gaps.subarray(row === 0 ? 0 : batch.gapEnds[row - 1], batch.gapEnds[row])
}

/** Of the ends of the gaps of a row. */
export function gapErrorsOf(batch: SampleBatch, row: number): Float32Array {
  return batch.gapErrors.subarray(row === 0 ? 0 : batch.gapEnds[row - 1], batch.gapEnds[row])
}

export function textOf(batch: SampleBatch, row: number, text: Text): string {
  const k = row * TEXTS.length + TEXTS.indexOf(text)
  const start = k === 0 ? 0 : batch.textEnds[k - 1]!
  if (batch.textEnds[k] === start) return ''
  return Buffer.from(batch.text.buffer, batch.text.byteOffset + start, batch.textEnds[k]! - start).toString()
}

/** The text of each choice of an answer; one, possibly empty, for most. */
export function answersOf(batch: SampleBatch, row: number): string[] {
  return textOf(batch, row, 'answer').split(CHOICE_SEPARATOR).map(unescaped)
}

/** Kept texts are put together from the stream's own escapes. */
function unescaped(inside: string): string {
  if (!inside.includes('\\')) return inside
  try {
    return JSON.parse(`"${inside}"`) as string
  } catch {
    return inside
  }
}

/**
 * Output tokens that were streamed after the first output event of a row. NaN where that is not known; 0 or less where
 * the answer has no more than one.
 */
export function spanTokens(numbers: Float64Array, at: number): number {
  return numbers[at + C.outputTokens]! - numbers[at + C.hiddenTokens]! - numbers[at + C.firstTokens]!
}

/** Time per output token of a row, milliseconds; NaN unless its output came in two reads or more. */
export function readTpot(numbers: Float64Array, at: number): number {
  const tokens = spanTokens(numbers, at)
  const spanMs = numbers[at + C.lastTokenAt]! - numbers[at + C.answerAt]!
  return tokens > 0 && spanMs > 0 ? spanMs / tokens : Number.NaN
}

/** The failure cause of a row, or undefined for a success. */
export function causeOf(batch: SampleBatch, row: number): FailureCause | undefined {
  return FAILURE_CAUSES[batch.numbers[row * ROW + C.cause]!]
}

/** Collects finished requests until a batch is taken; grows as needed and starts small. */
export class BatchWriter {
  readonly #worker: number
  #numbers = new Float64Array(64 * ROW)
  #gaps = new Float64Array(1024)
  #gapErrors = new Float32Array(1024)
  #gapEnds = new Uint32Array(64)
  #text = Buffer.from(new ArrayBuffer(8192))
  #textEnds = new Uint32Array(64 * TEXTS.length)
  #count = 0
  #gapCount = 0
  #textLength = 0

  constructor(worker: number) {
    this.#worker = worker
  }

  get count(): number {
    return this.#count
  }

  /** Size of the gaps and texts collected, bytes. */
  get bytes(): number {
    return this.#gapCount * 12 + this.#textLength
  }

  /**
   * Adds a row.
   *
   * @param texts strings or UTF-8 bytes, in the order of TEXTS. @param gapErrors of the ends of the gaps; absent: none
   */
  add(
    row: Float64Array,
    gaps: Float64Array,
    gapCount: number,
    texts: readonly (Uint8Array | string)[],
    gapErrors: Float32Array | undefined = undefined,
  ): void {
    const at = this.#count++
    if ((at + 1) * ROW > this.#numbers.length) {
      this.#numbers = grown(this.#numbers, (at + 1) * ROW)
      this.#gapEnds = grown(this.#gapEnds, at + 1)
      this.#textEnds = grown(this.#textEnds, (at + 1) * TEXTS.length)
    }
    this.#numbers.set(row, at * ROW)
    if (this.#gapCount + gapCount > this.#gaps.length) {
      this.#gaps = grown(this.#gaps, this.#gapCount + gapCount)
      this.#gapErrors = grown(this.#gapErrors, this.#gapCount + gapCount)
    }
    for (let i = 0; i < gapCount; i++) {
      this.#gaps[this.#gapCount + i] = gaps[i]!
      this.#gapErrors[this.#gapCount + i] = gapErrors === undefined ? 0 : gapErrors[i]!
    }
    this.#gapCount += gapCount
    this.#gapEnds[at] = this.#gapCount
    for (let k = 0; k < TEXTS.length; k++) {
      const text = texts[k] ?? ''
      if (text.length > 0) {
        // A UTF-16 unit takes three bytes of UTF-8 at most.
        const most = this.#textLength + (typeof text === 'string' ? text.length * 3 : text.length)
        if (most > this.#text.length) this.#growText(most)
        if (typeof text === 'string') this.#textLength += this.#text.write(text, this.#textLength)
        else {
          this.#text.set(text, this.#textLength)
          this.#textLength = most
        }
      }
      this.#textEnds[at * TEXTS.length + k] = this.#textLength
    }
  }

  #growText(needed: number): void {
    const larger = Buffer.from(new ArrayBuffer(Math.max(needed, this.#text.length * 2)))
    this.#text.copy(larger, 0, 0, this.#textLength)
    this.#text = larger
  }

  /**
   * Takes what was collected; the writer starts anew.
   *
   * All of it stands in one piece of shared memory: a message hands that to another thread without a copy. An
   * ArrayBuffer could be transferred as cheaply, but V8 compiles every access to an array for memory that is never taken
   * away, and with the first buffer that is, all such code of the thread is thrown away and compiled anew.
   */
  take(): SampleBatch {
    const rows = this.#count
    const gaps = this.#gapCount
    const bytes = this.#textLength
    const gapsAt = rows * ROW * 8
    const errorsAt = gapsAt + gaps * 8
    const endsAt = errorsAt + gaps * 4
    const textEndsAt = endsAt + rows * 4
    const textAt = textEndsAt + rows * TEXTS.length * 4
    const memory = new SharedArrayBuffer(textAt + bytes)
    const batch: SampleBatch = {
      count: rows,
      worker: this.#worker,
      numbers: new Float64Array(memory, 0, rows * ROW),
      gaps: new Float64Array(memory, gapsAt, gaps),
      gapErrors: new Float32Array(memory, errorsAt, gaps),
      gapEnds: new Uint32Array(memory, endsAt, rows),
      text: new Uint8Array(memory, textAt, bytes),
      textEnds: new Uint32Array(memory, textEndsAt, rows * TEXTS.length),
    }
    batch.numbers.set(this.#numbers.subarray(0, rows * ROW))
    batch.gaps.set(this.#gaps.subarray(0, gaps))
    batch.gapErrors.set(this.#gapErrors.subarray(0, gaps))
    batch.gapEnds.set(this.#gapEnds.subarray(0, rows))
    batch.text.set(this.#text.subarray(0, bytes))
    batch.textEnds.set(this.#textEnds.subarray(0, rows * TEXTS.length))
    this.#count = 0
    this.#gapCount = 0
    this.#textLength = 0
    return batch
  }
}

type Growable = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

function grown<T extends Growable>(array: T, needed: number): T {
  const larger = new (array.constructor as new (length: number) => T)(Math.max(needed, array.length * 2))
  larger.set(array)
  return larger
}
