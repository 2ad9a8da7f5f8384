/** Cuts a text file into the pieces that hold one prompt each, lines or elements of a JSON array, never holding more than one. */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { LARGEST_PART_BYTES, requireRegular, unreadable } from '../hub/index.ts'

const OPENING_BRACKET = 0x5b

/**
 * Streams the pieces of a file: the elements of a JSON array, where it is one, and lines otherwise.
 * @throws ConfigError when the file cannot be read, or naming file and line of what is wrong
 */
export async function* readPieces(path: string, dataset: string): AsyncGenerator<Piece> {
  const { byte, chunks } = await peek(readChunks(path, dataset))
  yield* (byte === OPENING_BRACKET ? splitArray : splitLines)(chunks, path, dataset)
}

/**
 * The bytes of a file, 64 KiB at a time; the file is closed when the consumer stops.
 * @throws ConfigError of option `datasetPath` when it cannot be read or is no regular file
 */
export async function* readChunks(path: string, dataset: string): AsyncGenerator<Buffer> {
  try {
    requireRegular(path)
    for await (const chunk of createReadStream(path)) yield chunk as Buffer
  } catch (error) {
    throw new ConfigError(
      `option "datasetPath": cannot read "${path}" for dataset ${dataset}: ${unreadable(error)}`,
      'datasetPath',
    )
  }
}

/** The first byte that is not white space or part of a byte order mark, and all chunks, that one included. */
async function peek(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ byte: number | undefined; chunks: AsyncGenerator<Buffer> }> {
  const seen: Buffer[] = []
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    seen.push(next.value)
    const byte = next.value.find((candidate) => !isBlank(candidate))
    if (byte !== undefined) return { byte, chunks: replay(seen, chunks) }
  }
  return { byte: undefined, chunks: replay(seen, chunks) }
}

/** White space of JSON, and the bytes of UTF-8's byte order mark. */
function isBlank(byte: number): boolean {
  return (
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0xef || byte === 0xbb || byte === 0xbf
  )
}

async function* replay(seen: Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* seen
    yield* rest
  } finally {
    // A consumer that stops within `seen` must close the file too.
    await rest.return(undefined)
  }
}

export interface Piece {
  text: string
  /** The line it begins on, from 1, blank lines counted. */
  number: number
}

/** Collects the bytes of one piece over chunk boundaries, so that no character is cut and nothing is copied twice. */
class PieceBytes {
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
    if (this.#size > LARGEST_PART_BYTES)
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

type Line = Piece

const LINE_FEED = 0x0a

/**
 * Streams the lines of a file that are not blank, without line ends and byte order mark.
 * @throws ConfigError when the file cannot be read, or naming file and line of what is not UTF-8
 */
export function readLines(path: string, dataset: string): AsyncGenerator<Line> {
  return splitLines(readChunks(path, dataset), path, dataset)
}

/**
 * Cuts bytes at line feeds. Not `node:readline`: that also cuts at U+2028, which JSON allows within a string, and
 * reads on after the consumer has stopped. In UTF-8 a line feed's byte is never part of another character.
 */
export async function* splitLines(chunks: AsyncGenerator<Buffer>, path: string, dataset: string): AsyncGenerator<Line> {
  const bytes = new PieceBytes(path, dataset)
  let number = 1
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      bytes.add(chunk.subarray(start, end), number)
      const text = withoutReturn(bytes.take(number))
      if (text.trim() !== '') yield { text, number }
      number++
      start = end + 1
    }
    if (start < chunk.length) bytes.add(chunk.subarray(start), number)
  }
  if (bytes.size === 0) return
  const text = withoutReturn(bytes.take(number))
  if (text.trim() !== '') yield { text, number }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/**
 * Streams the JSON texts of the elements. Only strings and brackets are looked at: the elements themselves are
 * checked by whoever parses them.
 * @throws ConfigError naming file and line when the array does not end, or something follows it
 */
export async function* splitArray(
  chunks: AsyncGenerator<Buffer>,
  path: string,
  dataset: string,
): AsyncGenerator<Piece> {
  const bytes = new PieceBytes(path, dataset)
  let line = 1
  let begunOn = 0 // the line the current element begins on; 0: it has not begun
  let depth = 0
  let inString = false
  let escaped = false
  let ended = false
  for await (const chunk of chunks) {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === LINE_FEED) line++
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
        continue
      }
      if (isBlank(byte)) continue
      if (ended)
        throw new ConfigError(`${placeOf(path, dataset, line)}: text after the end of the array`, 'datasetPath')
      const closes = isClosing(byte)
      if (depth === 1 && (closes || byte === COMMA)) {
        bytes.add(chunk.subarray(start, at), begunOn || line)
        // Nothing before the closing bracket: an empty array, or a comma after the last element.
        if (begunOn > 0 || !closes) yield { text: bytes.take(begunOn || line), number: begunOn || line }
        begunOn = 0
        start = at + 1
      } else if (depth === 1 && begunOn === 0) begunOn = line
      if (byte === QUOTE) inString = true
      else if (closes) ended = --depth === 0
      else if (isOpening(byte) && ++depth === 1) start = at + 1
    }
    if (depth > 0) bytes.add(chunk.subarray(start), begunOn || line)
  }
  if (!ended)
    throw new ConfigError(`${placeOf(path, dataset, line)}: the file ends before its array does`, 'datasetPath')
}

function isOpening(byte: number): boolean {
  return byte === 0x5b || byte === 0x7b
}

function isClosing(byte: number): boolean {
  return byte === 0x5d || byte === 0x7d
}
