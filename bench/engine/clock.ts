/** The relation of the two clocks: the target stamps with the monotonic one, the result DB keeps times of day. */

const READS = 50

/** Milliseconds to add to a time of day. A pause between the two reads only makes it smaller: the largest is the best. */
export function monotonicMinusWallMs(): number {
  const reads = Array.from({ length: READS }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now())
  return Math.max(...reads) - performance.timeOrigin
}
