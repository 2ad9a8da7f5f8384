/** Cuts a file that is one JSON array into its elements, never holding more than one of them. */
import { ConfigError } from '../config/index.ts'
import { isBlank } from './chunks.ts'
import { type Piece, PieceBytes, placeOf } from './pieces.ts'

const LINE_FEED = 0x0a
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
