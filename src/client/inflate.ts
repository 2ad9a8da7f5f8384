/** Undoes the content-encoding of an answer; what comes out keeps the stamp of the socket read that brought it. */
import type { Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'

export interface Inflater {
  /** @param at the read's stamp, milliseconds */
  write(bytes: Buffer, at: number): void
  /** Resolves when all that was written has been given on. Nothing is written after this. */
  end(): Promise<void>
  /** Gives nothing on any more. */
  close(): void
}

/** Each gives out what it can of an incomplete body: whether that is a whole answer is for its reader to say. */
const DECODERS: Record<string, () => Transform> = {
  gzip: () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
  deflate: () => createInflate({ finishFlush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdDecompress({ finishFlush: constants.ZSTD_e_flush }),
}
DECODERS['x-gzip'] = DECODERS['gzip']!

export const KNOWN_ENCODINGS = Object.keys(DECODERS)

/**
 * @param onBytes given what was decoded, in order, with the stamp of its read
 * @param onError called once at most, for bytes that are not of this encoding; nothing is given on then
 * @returns undefined for an encoding that is not known
 */
export function inflaterOf(
  encoding: string,
  onBytes: (bytes: Buffer, at: number) => void,
  onError: (error: Error) => void,
): Inflater | undefined {
  const decoder = DECODERS[encoding]?.()
  if (decoder === undefined) return undefined
  // A write is decoded in the background, one after another: the first of these is the one whose bytes come out.
  const stamps: number[] = []
  const closed = new Promise<void>((resolve) => decoder.once('close', resolve))
  decoder.on('data', (bytes: Buffer) => {
    if (!decoder.destroyed) onBytes(bytes, stamps[0]!)
  })
  decoder.on('error', onError)
  return {
    write(bytes, at) {
      if (decoder.destroyed) return
      stamps.push(at)
      decoder.write(bytes, () => {
        if (stamps.length > 1) stamps.shift()
      })
    },
    end() {
      if (!decoder.destroyed) decoder.end()
      return closed
    },
    close: () => void decoder.destroy(),
  }
}
