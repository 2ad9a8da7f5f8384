/** Undoes the content-encoding of an answer; what comes out keeps the timestamp of the socket read that brought it. */

import type { Transform } from 'node:stream'
import { setImmediate } from 'node:timers'
// Not by its name: an older Node, which has no zstd, is to get as far as to say which Node is needed.
import zlib, { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

export interface Inflater {
  /** @param at the read's timestamp, milliseconds */
  write(bytes: Buffer, at: number): void
  /** Resolves when all that was written has been given on. Nothing is written after this. */
  end(): Promise<void>
  /** Gives nothing on any more. */
  close(): void
}

/** Each gives out what it can of an incomplete body: whether that is a whole answer is for its reader to say. */
const ZLIB = { finishFlush: constants.Z_SYNC_FLUSH }
const DECODERS: ReadonlyMap<string, (first: number) => Transform> = new Map<string, (first: number) => Transform>([
  ['gzip', () => createGunzip(ZLIB)],
  ['x-gzip', () => createGunzip(ZLIB)],
  // The standard means zlib's format, and some servers send the bare data: 8 is the only method that zlib knows.
  ['deflate', (first: number) => ((first & 0x0f) === 8 ? createInflate(ZLIB) : createInflateRaw(ZLIB))],
  ['br', () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => zlib.createZstdDecompress({ finishFlush: constants.ZSTD_e_flush })],
])
/** Names for no encoding at all. */
const NONE: ReadonlySet<string> = new Set(['identity', 'none', ''])

export const KNOWN_ENCODINGS: readonly string[] = [...DECODERS.keys()]

/** The encodings of a header in the order in which they were applied, in lower case, without those that are none. */
export function readEncodings(header: string | readonly string[]): string[] {
  return String(header)
    .split(',')
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => !NONE.has(encoding))
}

/**
 * @param encodings as `readEncodings` gives them, one or more, all of them known
 * @param onBytes given what was decoded, in order, with the timestamp of its read
 * @param onError called once at most, for bytes that are not of this encoding; nothing is given on then
 */
export function inflaterOf(
  encodings: readonly string[],
  onBytes: (bytes: Buffer, at: number) => void,
  onError: (error: Error) => void,
): Inflater {
  const [inner, ...outer] = encodings
  if (outer.length === 0) return new Decoding(DECODERS.get(inner!)!, onBytes, onError)
  const first = inflaterOf([inner!], onBytes, onError)
  const rest = inflaterOf(outer, (bytes, at) => first.write(bytes, at), onError)
  return {
    write: (bytes, at) => rest.write(bytes, at),
    end: () => rest.end().then(() => first.end()),
    close() {
      rest.close()
      first.close()
    },
  }
}

/**
 * One encoding. A write is decoded in the background, and what comes out does not say of which write it is: so the next
 * one waits until all of the one before is out.
 */
class Decoding implements Inflater {
  readonly #open: (first: number) => Transform
  readonly #onBytes: (bytes: Buffer, at: number) => void
  readonly #onError: (error: Error) => void
  readonly #waiting: { bytes: Buffer; at: number }[] = []
  readonly #closed = Promise.withResolvers<void>()
  #decoder: Transform | undefined
  #at = 0
  #isBusy = false
  #isEnding = false
  #isClosed = false

  constructor(
    open: (first: number) => Transform,
    onBytes: (bytes: Buffer, at: number) => void,
    onError: (error: Error) => void,
  ) {
    this.#open = open
    this.#onBytes = onBytes
    this.#onError = onError
  }

  write(bytes: Buffer, at: number): void {
    if (this.#isClosed || bytes.length === 0) return
    this.#waiting.push({ bytes, at })
    if (!this.#isBusy) this.#next()
  }

  end(): Promise<void> {
    this.#isEnding = true
    if (!this.#isBusy) this.#next()
    return this.#closed.promise
  }

  close(): void {
    this.#isClosed = true
    this.#waiting.length = 0
    this.#decoder?.destroy()
    this.#closed.resolve()
  }

  #next(): void {
    const write = this.#waiting.shift()
    if (write !== undefined) {
      this.#isBusy = true
      this.#at = write.at
      this.#decoder ??= this.#start(write.bytes[0]!)
      this.#decoder.write(write.bytes, () => this.#drained())
    } else if (this.#isEnding && this.#decoder !== undefined) this.#decoder.end()
    else if (this.#isEnding) this.#closed.resolve()
  }

  /** The write was decoded; what the stream still holds of it is given out before the next. */
  readonly #drained = (): void => {
    if (this.#isClosed) return
    if (this.#decoder!.readableLength > 0) {
      setImmediate(this.#drained)
      return
    }
    this.#isBusy = false
    this.#next()
  }

  #start(first: number): Transform {
    const decoder = this.#open(first)
    decoder.on('data', (bytes: Buffer) => {
      if (!this.#isClosed) this.#onBytes(bytes, this.#at)
    })
    decoder.on('error', (error) => {
      if (!this.#isClosed) this.#onError(error)
      this.#isClosed = true
      this.#closed.resolve()
    })
    decoder.once('close', () => this.#closed.resolve())
    return decoder
  }
}
