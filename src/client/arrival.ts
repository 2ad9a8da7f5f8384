/**
 * Since when the first bytes of a socket read had been there: since the turn of the event loop began, at most so much
 * longer as its error says.
 *
 * The loop learns in one moment which sockets have bytes, and then reads them one after another, which takes 20 µs each.
 * When 500 tokens come together, the last is read 10 ms after it was there: the time of the read itself would measure
 * how busy we are. Of a token that is alone in its read the turn's beginning is known to be no earlier than it came.
 *
 * How much earlier it may have come: if the loop slept until then, not at all. If it did not, its bytes came at some time
 * since the look before. What the system kept the thread from its core is known later: see `runQueue.ts`.
 */
import { performance } from 'node:perf_hooks'
import { lookAtRunQueue } from './runQueue.ts'

/** libuv asks the system anew within a turn when this many sockets had something, and what it then learns is newer. */
const READS_OF_ONE_LOOK = 1000
/** From the wake-up to the first read there are some microseconds; what takes longer is work that came before the read. */
const WAKING_MS = 1
/** How often the run queue is asked at most, unless a turn has taken long. */
const LOOK_MS = 10
const LONG_TURN_MS = 1

const loop = performance.nodeTiming
let turn = -1
let reads = 0
let stampMs = Number.NaN
let errorMs = 0
/** How long the loop had slept in all, when this turn began. */
let idleMs = 0
/** The latest moment at which the thread was seen at work. */
let workedMs = Number.NaN
let lookedMs = Number.NEGATIVE_INFINITY

/** `performance.now()` of the first read in this turn of the event loop. Taken in a read, before anything is parsed. */
export function arrivedAt(): number {
  // Counts the loop's turns up, just before each look at the sockets; it costs less than the clock.
  const { loopCount } = loop.uvMetricsInfo
  if (loopCount !== turn) beginTurn(loopCount)
  else if (++reads === READS_OF_ONE_LOOK) {
    reads = 0
    const at = performance.now()
    errorMs = at - stampMs
    stampMs = at
  }
  return stampMs
}

/** By how much the bytes of this turn may have come before `arrivedAt`, milliseconds. */
export function arrivalErrorMs(): number {
  return errorMs
}

/** The thread was at work until now: whatever made the loop wake up after this came later. @returns the moment */
export function noteWork(): number {
  workedMs = performance.now()
  return workedMs
}

function beginTurn(loopCount: number): void {
  const at = performance.now()
  const idle = loop.idleTime
  const sleptMs = idle - idleMs
  // Awake since the last work that was seen, with whatever timers and messages came in between.
  const awakeMs = at - workedMs - sleptMs
  if (Number.isNaN(stampMs)) errorMs = 0
  else if (sleptMs <= 0) errorMs = at - stampMs
  // Where the turn before was seen, there was no other look since: the loop slept in this one.
  else if (loopCount === turn + 1 && awakeMs < WAKING_MS) errorMs = 0
  else errorMs = Math.max(0, Math.min(awakeMs, at - stampMs))
  if (at - lookedMs >= LOOK_MS || workedMs - stampMs > LONG_TURN_MS) {
    lookAtRunQueue(at)
    lookedMs = at
  }
  turn = loopCount
  reads = 0
  idleMs = idle
  stampMs = workedMs = at
}
