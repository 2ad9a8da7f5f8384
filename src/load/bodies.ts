/** Request bodies, built ahead once and shared by all threads; request i sends body i modulo their number. */

const KEPT_TEXTS = 1000

export interface SharedBodies {
  bytes: SharedArrayBuffer
  /** Where each body ends. */
  ends: SharedArrayBuffer
  /** Headers of single requests, names and values in turn, all of them; null where those of the run are sent. */
  headers?: readonly (string[] | null)[]
  /** Names of the requests in the recording they come from. */
  ids?: readonly (string | null)[]
}

export class Bodies {
  readonly count: number
  readonly #bytes: Uint8Array
  readonly #ends: Uint32Array
  readonly #headers: SharedBodies['headers']
  readonly #ids: SharedBodies['ids']
  readonly #texts = new Map<number, string>()

  constructor({ bytes, ends, headers, ids }: SharedBodies) {
    this.#bytes = new Uint8Array(bytes)
    this.#ends = new Uint32Array(ends)
    this.count = this.#ends.length
    this.#headers = headers
    this.#ids = ids
  }

  indexOf(request: number): number {
    return request % this.count
  }

  bytes(body: number): Uint8Array {
    return this.#bytes.subarray(body === 0 ? 0 : this.#ends[body - 1], this.#ends[body])
  }

  /** Headers of this request alone; undefined: those of the run. */
  headers(body: number): string[] | undefined {
    return this.#headers?.[body] ?? undefined
  }

  /** The request's name in the recording it comes from. */
  id(body: number): string | undefined {
    return this.#ids?.[body] ?? undefined
  }

  /** The JSON text; the latest ones are kept, as a dataset's bodies are sent again and again. */
  text(body: number): string {
    let text = this.#texts.get(body)
    if (text === undefined) {
      const { buffer, byteOffset, length } = this.bytes(body)
      text = Buffer.from(buffer, byteOffset, length).toString()
      if (this.#texts.size >= KEPT_TEXTS) this.#texts.clear()
      this.#texts.set(body, text)
    }
    return text
  }
}

/** Packs bodies (JSON texts) into memory that every thread can read. */
export function packBodies(texts: readonly string[]): SharedBodies {
  const encoded = texts.map((text) => Buffer.from(text))
  const total = encoded.reduce((sum, bytes) => sum + bytes.length, 0)
  const bytes = new SharedArrayBuffer(Math.max(1, total))
  const ends = new SharedArrayBuffer(texts.length * 4)
  const view = new Uint8Array(bytes)
  const endView = new Uint32Array(ends)
  let at = 0
  encoded.forEach((body, i) => {
    view.set(body, at)
    at += body.length
    endView[i] = at
  })
  return { bytes, ends }
}
