/** Reads a text file line by line, never holding more than a piece of it. */
import { readChunks } from './chunks.ts'
import { type Piece, PieceBytes } from './pieces.ts'

export type Line = Piece

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
