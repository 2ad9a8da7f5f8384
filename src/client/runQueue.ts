/**
 * How long the system kept this thread from its core after it was to wake up: then bytes are seen later than they came,
 * and no clock of the thread's own shows it.
 *
 * Linux tells it (`schedstat`, the run-queue delay of the thread). Elsewhere a timer that fires late stands in for it.
 */
import { openSync, readSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { C, ROW, type SampleBatch } from '../samples/index.ts'

/** What is less than this is what any wake-up takes. */
const LEAST_MS = 0.02
/** Intervals that are kept; beyond, neighbours are joined. */
const MOST_INTERVALS = 16_384
const TIMER_MS = 5

/** Intervals between two looks in which the thread waited for its core: when they ended, and how long it waited. */
let fromMs = new Float64Array(256)
let untilMs = new Float64Array(256)
let waitedMs = new Float64Array(256)
let count = 0
let lookedMs = Number.NEGATIVE_INFINITY

type Clock = () => number

let waited: Clock | undefined
let before = 0

/** Closes the interval that began with the look before. @param at `performance.now()` */
export function lookAtRunQueue(at: number): void {
  if (waited === undefined) {
    waited = schedstat() ?? lateTimers()
    before = waited()
    lookedMs = at
    return
  }
  const total = waited()
  const ms = total - before
  before = total
  if (ms >= LEAST_MS) remember(lookedMs, at, ms)
  lookedMs = at
}

/**
 * Adds to the errors of a batch what the system kept this thread waiting. Called when the batch leaves the thread: only
 * then is it known of its last reads.
 */
export function addRunQueueDelay(batch: SampleBatch): void {
  lookAtRunQueue(performance.now())
  if (count === 0) return
  const { numbers, gaps, gapErrors, gapEnds } = batch
  for (let row = 0; row < batch.count; row++) {
    const at = row * ROW
    if (untilMs[count - 1]! < numbers[at + C.startedAt]!) continue
    for (const [moment, error] of MOMENTS) {
      const seen = numbers[at + moment]!
      if (!Number.isNaN(seen)) numbers[at + error] = withDelay(seen, numbers[at + error]!)
    }
    let seen = numbers[at + C.firstTokenAt]!
    for (let i = row === 0 ? 0 : gapEnds[row - 1]!; i < gapEnds[row]!; i++) {
      seen += gaps[i]!
      gapErrors[i] = withDelay(seen, gapErrors[i]!)
    }
  }
}

const MOMENTS = [
  [C.firstChunkAt, C.firstChunkError],
  [C.lastChunkAt, C.lastChunkError],
  [C.firstTokenAt, C.firstTokenError],
  [C.lastTokenAt, C.lastTokenError],
  [C.answerAt, C.answerError],
  [C.endedAt, C.endError],
] as const

/** The wait before the look at which its bytes were there at the earliest: what came later is in the error already. */
function withDelay(seenMs: number, errorMs: number): number {
  const error = Math.max(0, errorMs || 0)
  const lookMs = seenMs - error
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (untilMs[middle]! < lookMs) low = middle + 1
    else high = middle
  }
  return low < count && fromMs[low]! < lookMs ? error + waitedMs[low]! : error
}

function remember(from: number, until: number, ms: number): void {
  if (count === MOST_INTERVALS) joinNeighbours()
  else if (count === fromMs.length) {
    fromMs = twice(fromMs)
    untilMs = twice(untilMs)
    waitedMs = twice(waitedMs)
  }
  fromMs[count] = from
  untilMs[count] = until
  waitedMs[count++] = ms
}

/** Two intervals become one, in which any read may have waited as long as in the worse of them. */
function joinNeighbours(): void {
  count >>= 1
  for (let i = 0; i < count; i++) {
    fromMs[i] = fromMs[2 * i]!
    untilMs[i] = untilMs[2 * i + 1]!
    waitedMs[i] = Math.max(waitedMs[2 * i]!, waitedMs[2 * i + 1]!)
  }
}

function twice(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2)
  larger.set(array)
  return larger
}

/** The run-queue delay of the calling thread so far, milliseconds: the second number of its schedstat, nanoseconds. */
function schedstat(): Clock | undefined {
  try {
    const file = openSync('/proc/thread-self/schedstat', 'r')
    const bytes = Buffer.allocUnsafeSlow(64)
    const read = (): number => {
      const length = readSync(file, bytes, 0, bytes.length, 0)
      return numberAfterSpace(bytes, length) / 1e6
    }
    return Number.isNaN(read()) ? undefined : read
  } catch {
    // Not Linux, or a container without it.
    return undefined
  }
}

/** Without making a string of it. */
function numberAfterSpace(bytes: Buffer, length: number): number {
  let at = bytes.indexOf(32) + 1
  if (at === 0 || at >= length) return Number.NaN
  let value = 0
  for (; at < length && bytes[at]! >= 48 && bytes[at]! <= 57; at++) value = value * 10 + (bytes[at]! - 48)
  return value
}

/** How late a timer was at most since it was last asked, summed up so that a difference is one interval's. */
function lateTimers(): Clock {
  const timer = monitorEventLoopDelay({ resolution: TIMER_MS })
  timer.enable()
  let total = 0
  return () => {
    if (timer.count > 0) total += Math.max(0, timer.max / 1e6 - TIMER_MS)
    timer.reset()
    return total
  }
}
