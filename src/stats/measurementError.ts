/**
 * What the error of a clock reading leaves open: a timestamp taken at `m` with error `e` truly lies in [m − e, m], as
 * bytes are seen at some time after they came, never before.
 */

/** A millisecond's thousandth: a time that was measured is never nothing, since speeds are its inverse. */
const LEAST_MS = 0.001

/**
 * The shortest that a time may truly be, which begins at a moment of our own and ends with a reading: m − e.
 *
 * @param ms as measured. @param errorMs of the reading; anything but a number above 0 is none
 */
export function shortest(ms: number, errorMs: number): number {
  return errorMs > 0 ? Math.min(ms, Math.max(ms - errorMs, LEAST_MS)) : ms
}

/**
 * The longest that the difference of two readings may truly be: m + e(start). A late first reading makes a difference
 * too small. Its shortest is `shortest(m, e(end))`.
 */
export function longest(ms: number, startErrorMs: number): number {
  return startErrorMs > 0 ? ms + startErrorMs : ms
}

/** How a closed loop passed its time, from its first start to its last. */
export interface ClosedLoopTime {
  /** Mean of the errors of the ends that a start followed, milliseconds. */
  meanEndErrorMs: number
  /** From the end of an answer, as it was seen, to the next start on its connection, milliseconds. */
  turnaroundsMs: ArrayLike<number>
  /** Concurrency times the time from the first start until none is left to start, milliseconds. */
  connectionMs: number
}

/**
 * The share of its connections' time in which a closed loop kept them idle for reasons of its own: an end was seen late,
 * or a start took longer than the median turnaround of the run.
 *
 * @returns 0 to 1; a punctual client would have offered 1 / (1 − share) times the load
 */
export function idleShare({ meanEndErrorMs, turnaroundsMs, connectionMs }: ClosedLoopTime): number {
  const n = turnaroundsMs.length
  if (n === 0 || !(connectionMs > 0)) return 0
  const sorted = Float64Array.from(turnaroundsMs).sort()
  const median = sorted[n >> 1]!
  let idleMs = meanEndErrorMs * n
  for (let i = (n >> 1) + 1; i < n; i++) idleMs += sorted[i]! - median
  return Math.min(1, idleMs / connectionMs)
}
