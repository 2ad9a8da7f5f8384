/**
 * Since when the first bytes of a socket read had been there: since the turn of the event loop began.
 *
 * The loop learns in one moment which sockets have bytes, and then reads them one after another, which takes 20 µs each.
 * When 500 tokens come together, the last is read 10 ms after it was there: the time of the read itself would measure
 * how busy we are. Of a token that is alone in its read the turn's beginning is known to be no earlier than it came.
 */
import { performance } from 'node:perf_hooks'

/** libuv asks the system anew within a turn when this many sockets had something, and what it then learns is newer. */
const READS_OF_ONE_LOOK = 1000

const loop = performance.nodeTiming
let turn = -1
let reads = 0
let stampMs = Number.NaN

/** `performance.now()` of the first read in this turn of the event loop. Taken in a read, before anything is parsed. */
export function arrivedAt(): number {
  // Counts the loop's turns up, just before each look at the sockets; it costs less than the clock.
  const { loopCount } = loop.uvMetricsInfo
  if (loopCount !== turn || ++reads === READS_OF_ONE_LOOK) {
    turn = loopCount
    reads = 0
    stampMs = performance.now()
  }
  return stampMs
}
