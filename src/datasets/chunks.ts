/** Streams the bytes of a dataset file, and says plainly why a file cannot be read. */
import { createReadStream } from 'node:fs'
import { ConfigError } from '../config/index.ts'
import { requireRegular, unreadable } from '../hub/index.ts'

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
export async function peek(
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
export function isBlank(byte: number): boolean {
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
