/** Reads an Arrow file in either of its forms, file or stream, one record batch at a time. */
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { requireRegular, unreadable } from '../hub/index.ts'
import type { Row } from './row.ts'

const MAGIC = 'ARROW1'
const CONTINUATION = 0xffffffff
/** A length beyond this is no message of a real file, but other bytes read as one. */
const MAX_MESSAGE_BYTES = 2 ** 31

/**
 * Streams the rows as plain objects. The two forms hold the same messages: the file form puts 8 bytes before them and
 * an index after their end mark.
 * @throws ConfigError when the file cannot be read or is no Arrow, or naming file and row of what cannot be decoded
 */
export async function* readArrow(path: string, dataset: string): AsyncGenerator<Row> {
  const { tableFromIPC } = await import('@uwdata/flechette')
  const name = basename(path)
  const { handle, fileBytes } = await opened(path).catch((error: unknown) => {
    throw new ConfigError(
      `option "datasetPath": cannot read "${path}" for dataset ${dataset}: ${unreadable(error)}`,
      'datasetPath',
    )
  })
  let row = 1
  try {
    let schema: Uint8Array | undefined
    const dictionaries: Uint8Array[] = []
    for await (const { bytes, type } of messages(handle, fileBytes)) {
      if (type === MESSAGE.schema) schema ??= bytes
      else if (type === MESSAGE.dictionary) dictionaries.push(bytes)
      else if (type === MESSAGE.records) {
        if (schema === undefined) throw new Error('records before their schema')
        for (const value of tableFromIPC([schema, ...dictionaries, bytes]))
          yield { value: plain(value), where: `dataset ${dataset}: ${name} row ${row++}` }
      }
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(
      `dataset ${dataset}: ${name} row ${row}: not Arrow: ${(error as Error).message}`,
      'datasetPath',
    )
  } finally {
    await handle.close()
  }
}

async function opened(path: string): Promise<{ handle: FileHandle; fileBytes: number }> {
  const { size: fileBytes } = requireRegular(path)
  return { handle: await open(path), fileBytes }
}

const MESSAGE = { schema: 1, dictionary: 2, records: 3 } as const

/** The messages with the lengths before them, as the decoder wants them; read one by one. */
async function* messages(handle: FileHandle, fileBytes: number): AsyncGenerator<{ bytes: Uint8Array; type: number }> {
  // Lengths are the file's own words: memory is taken for no more than it has.
  const mustHold = (end: number): void => {
    if (end > fileBytes) throw new Error('the file is cut short')
  }
  const begin = await readAt(handle, 0, 8)
  let at = begin.subarray(0, 6).toString('latin1') === MAGIC ? 8 : 0
  for (let first = true; ; first = false) {
    const lengths = await readAt(handle, at, 8)
    // Before version 0.15 the length stood alone, without the mark.
    const isMarked = lengths.length >= 4 && lengths.readUInt32LE(0) === CONTINUATION
    if (lengths.length < (isMarked ? 8 : 4)) {
      if (first) throw new Error('the file is empty or cut short')
      return
    }
    const prefix = isMarked ? 8 : 4
    const metadataBytes = lengths.readInt32LE(prefix - 4)
    if (metadataBytes === 0) return
    if (metadataBytes < 0 || metadataBytes > MAX_MESSAGE_BYTES) throw new Error('it begins with no Arrow message')
    mustHold(at + prefix + metadataBytes)
    const head = await readAt(handle, at + prefix, metadataBytes)
    const { type, bodyBytes } = headerOf(head)
    const size = prefix + metadataBytes + bodyBytes
    mustHold(at + size)
    // A copy of its own, on the 8-byte boundary that typed arrays need.
    const bytes = await readAt(handle, at, size)
    yield { bytes, type }
    at += size
  }
}

/**
 * The two fields of a message's flatbuffer that are needed to find its end: the type of its header and the length of
 * its body. Source: Arrow's `Message.fbs`: fields version, header_type, header, bodyLength, at 4, 6, 8, 10 of the table.
 */
function headerOf(head: Buffer): { type: number; bodyBytes: number } {
  const table = head.readInt32LE(0)
  const fields = table - head.readInt32LE(table)
  const offsetOf = (field: number): number =>
    field < head.readUInt16LE(fields) ? head.readUInt16LE(fields + field) : 0
  const typeAt = offsetOf(6)
  const bodyAt = offsetOf(10)
  return {
    type: typeAt === 0 ? 0 : head.readUInt8(table + typeAt),
    bodyBytes: bodyAt === 0 ? 0 : Number(head.readBigInt64LE(table + bodyAt)),
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.from(new ArrayBuffer(length))
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** A row as an object of its own: the decoder's reads its columns through getters. */
function plain(value: unknown): Record<string, unknown> {
  return { ...(value as Record<string, unknown>) }
}
