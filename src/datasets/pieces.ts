/** A piece of a dataset file that holds one prompt: a line, or an element of a JSON array. */
import { basename } from 'node:path'
import { ConfigError } from '../config/index.ts'

export interface Piece {
  text: string
  /** The line it begins on, from 1, blank lines counted. */
  number: number
}

/** No server takes a request this long: a file with such a line is not one with a prompt per line. */
const MAX_PIECE_BYTES = 64 * 1024 * 1024

/** Collects the bytes of one piece over chunk boundaries, so that no character is cut and nothing is copied twice. */
export class PieceBytes {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #path: string
  readonly #dataset: string
  #parts: Buffer[] = []
  #size = 0

  constructor(path: string, dataset: string) {
    this.#path = path
    this.#dataset = dataset
  }

  get size(): number {
    return this.#size
  }

  /** @throws ConfigError when the piece that begins on line `number` is longer than 64 MiB */
  add(part: Buffer, number: number): void {
    this.#parts.push(part)
    this.#size += part.length
    if (this.#size > MAX_PIECE_BYTES)
      throw new ConfigError(
        `${placeOf(this.#path, this.#dataset, number)}: longer than 64 MiB; the file must hold one prompt per line`,
        'datasetPath',
      )
  }

  /**
   * The text collected since the last call, without a byte order mark.
   * @throws ConfigError when it is not UTF-8
   */
  take(number: number): string {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
    this.#parts = []
    this.#size = 0
    try {
      return this.#decoder.decode(bytes)
    } catch {
      throw new ConfigError(
        `${placeOf(this.#path, this.#dataset, number)}: not UTF-8 text; save the file as UTF-8`,
        'datasetPath',
      )
    }
  }
}

/** Dataset, file and line, for the beginning of a message. */
export function placeOf(path: string, dataset: string, number: number): string {
  return `dataset ${dataset}: ${basename(path)} line ${number}`
}
