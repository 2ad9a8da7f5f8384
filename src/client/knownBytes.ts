/** Bytes that are looked for again and again at a place where they should be. */
import { endianness } from 'node:os'
import { memoryView } from './directReads.ts'

/** Longer ones are not kept. */
export const MAX_KNOWN_BYTES = 4096
/** What is compared is copied here, to compare four bytes at a time: half the cost of a loop over single bytes. */
const ALIGNED = new ArrayBuffer(MAX_KNOWN_BYTES)
const alignedBytes = Buffer.from(ALIGNED)
const alignedWords = new Int32Array(ALIGNED)
/** Below this the copy costs more than it saves. */
const WORTH_COPYING = 24
const isLittleEndian = endianness() === 'LE'

export class KnownBytes {
  length = 0
  /** The same memory twice. */
  #bytes = new Uint8Array(0)
  #words = new Int32Array(0)

  /** Keeps a copy of these bytes instead of what it had; `to - from` must not be above MAX_KNOWN_BYTES. */
  learn(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from
    if (length > this.#bytes.length) {
      const memory = new ArrayBuffer((length + 259) & ~255)
      this.#bytes = new Uint8Array(memory)
      this.#words = new Int32Array(memory)
    }
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).copy(this.#bytes, 0, from, to)
    this.length = length
  }

  /** Keeps the bytes of another instead of what it had. */
  copy(other: KnownBytes): void {
    this.learn(other.#bytes, 0, other.length)
  }

  /**
   * Whether `bytes` have them from `at` on.
   *
   * @param base where `bytes` begin in the memory of direct reads, which need not be copied; −1: they are not in it
   */
  isAt(bytes: Buffer, at: number, base: number): boolean {
    const { length } = this
    if (at + length > bytes.length) return false
    const known = this.#bytes
    if (base >= 0) {
      const wordCount = length >> 2
      const words = this.#words
      let place = base + at
      for (let i = 0; i < wordCount; i++, place += 4)
        if (memoryView.getInt32(place, isLittleEndian) !== words[i]) return false
      for (let i = wordCount << 2; i < length; i++) if (bytes[at + i] !== known[i]) return false
      return true
    }
    if (length < WORTH_COPYING) {
      for (let i = 0; i < length; i++) if (bytes[at + i] !== known[i]) return false
      return true
    }
    bytes.copy(alignedBytes, 0, at, at + length)
    const words = this.#words
    const wordCount = length >> 2
    for (let i = 0; i < wordCount; i++) if (alignedWords[i] !== words[i]) return false
    for (let i = wordCount << 2; i < length; i++) if (alignedBytes[i] !== known[i]) return false
    return true
  }
}
