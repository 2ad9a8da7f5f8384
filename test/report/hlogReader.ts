/**
 * Reads an HdrHistogram log without the library that writes it: by the layout of "V2" histograms, zlib over ZigZag LEB128
 * counts, that https://github.com/HdrHistogram/HdrHistogram describes in AbstractHistogram.encodeIntoByteBuffer.
 */
import { inflateSync } from 'node:zlib'

export interface Interval {
  tag: string
  /** Seconds since the log's start, and how long. */
  startSeconds: number
  lengthSeconds: number
  /** In the unit that the log says, highest first in each bucket's range. */
  maximum: number
  /** Values, each as often as it was counted; the lowest that its bucket stands for. */
  values: number[]
}

/** @throws Error where the text or a histogram in it is not of that layout */
export function readLog(text: string): { startSeconds: number; intervals: Interval[] } {
  const [, start] = /^#\[StartTime: ([\d.]+) \(seconds since epoch\)/m.exec(text)!
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  if (lines[0] !== '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"')
    throw new Error(`legend: ${lines[0]}`)
  return {
    startSeconds: Number(start),
    intervals: lines.slice(1).map((line) => {
      const [, tag, from, length, max, histogram] = /^Tag=([^,]+),([\d.]+),([\d.]+),([\d.]+),(\S+)$/.exec(line)!
      return {
        tag: tag!,
        startSeconds: Number(from),
        lengthSeconds: Number(length),
        maximum: Number(max),
        values: valuesOf(Buffer.from(histogram!, 'base64')),
      }
    }),
  }
}

function valuesOf(compressed: Buffer): number[] {
  if (compressed.readInt32BE(0) !== 0x1c849314) throw new Error('not a compressed V2 histogram')
  if (compressed.readInt32BE(4) !== compressed.length - 8) throw new Error('another length than it says')
  const bytes = inflateSync(compressed.subarray(8))
  if (bytes.readInt32BE(0) !== 0x1c849313) throw new Error('not a V2 histogram')
  if (bytes.readInt32BE(4) !== bytes.length - 40) throw new Error('another payload than it says')
  const digits = bytes.readInt32BE(12)
  const unitBits = Math.floor(Math.log2(Number(bytes.readBigInt64BE(16))))
  const halfBits = Math.ceil(Math.log2(2 * 10 ** digits)) - 1
  const half = 2 ** halfBits
  const values: number[] = []
  let index = 0
  for (let at = 40; at < bytes.length; ) {
    const [count, next] = zigZag(bytes, at)
    at = next
    if (count < 0) {
      index -= count
      continue
    }
    // Below `half` a bucket is one unit wide, and from there on each power of two has `half` of them.
    const row = Math.floor(index / half)
    const value = row === 0 ? index : (half + (index % half)) * 2 ** (row - 1)
    for (let i = 0; i < count; i++) values.push(value * 2 ** unitBits)
    index++
  }
  return values
}

/** Seven bits a byte, the lowest first, and the sign in the lowest bit. */
function zigZag(bytes: Buffer, from: number): [value: number, next: number] {
  let value = 0n
  let at = from
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at++]!
    value |= BigInt(byte & 127) << shift
    if (byte < 128) break
  }
  return [Number((value >> 1n) ^ -(value & 1n)), at]
}
