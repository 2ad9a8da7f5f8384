/** What happened when: in-flight requests, completions, failures and tokens over time, in a bounded number of buckets. */
import type { Timeline } from '../result/index.ts'

const FIRST_BUCKET_MS = 10
const MAX_BUCKETS = 1000
/** In flight at least this share of the maximum: the steady window. */
const STEADY_SHARE = 0.9

export interface SteadyWindow {
  seconds: number
  completed: number
  outputTokens: number
}

export class TimelineRecorder {
  #bucketMs = FIRST_BUCKET_MS
  #origin = Number.NaN
  /** What the number open at the first moment of a bucket differs by from the bucket before. */
  #change: number[] = []
  /** Milliseconds that requests were open for in a bucket which they did not fill. */
  #partlyOpenMs: number[] = []
  /** What the number of requests that fill a bucket differs by from the bucket before. */
  #fullChange: number[] = []
  #completed: number[] = []
  #failed: number[] = []
  #outputTokens: number[] = []

  /** @param origin start of the measured phase, on the clock of the stamps (milliseconds) */
  constructor(origin: number) {
    this.#origin = origin
  }

  add(startedAt: number, endedAt: number, failed: boolean, outputTokens: number): void {
    const end = this.#bucket(endedAt)
    this.#open(Math.max(0, startedAt - this.#origin), Math.max(0, endedAt - this.#origin))
    const counts = failed ? this.#failed : this.#completed
    counts[end] = (counts[end] ?? 0) + 1
    if (outputTokens > 0) this.#outputTokens[end] = (this.#outputTokens[end] ?? 0) + outputTokens
  }

  timeline(): Timeline {
    const length = Math.max(this.#completed.length, this.#failed.length)
    const whole = (values: number[]): number[] => Array.from({ length }, (_, i) => values[i] ?? 0)
    return {
      bucketSeconds: this.#bucketMs / 1000,
      inFlight: this.#inFlight(length),
      completed: whole(this.#completed),
      failed: whole(this.#failed),
      outputTokens: whole(this.#outputTokens),
    }
  }

  /** Start of the first bucket, on the clock of the stamps. */
  get origin(): number {
    return this.#origin
  }

  /** From the first to the last moment at which in-flight is at least 90 % of its maximum. */
  steady(): SteadyWindow | undefined {
    const { inFlight, completed, outputTokens, bucketSeconds } = this.timeline()
    const buckets = steadyBuckets(inFlight)
    if (buckets === undefined) return undefined
    const { first, last } = buckets
    const sum = (values: number[]): number => values.slice(first, last + 1).reduce((total, n) => total + n, 0)
    return { seconds: (last - first + 1) * bucketSeconds, completed: sum(completed), outputTokens: sum(outputTokens) }
  }

  /** @param begin, end milliseconds since the origin; the end lies in a bucket there is */
  #open(begin: number, end: number): void {
    const width = this.#bucketMs
    addTo(this.#change, Math.ceil(begin / width), 1)
    addTo(this.#change, Math.ceil(end / width), -1)
    const first = Math.floor(begin / width)
    const last = Math.floor(end / width)
    if (first === last) {
      addTo(this.#partlyOpenMs, first, end - begin)
      return
    }
    addTo(this.#partlyOpenMs, first, (first + 1) * width - begin)
    addTo(this.#partlyOpenMs, last, end - last * width)
    addTo(this.#fullChange, first + 1, 1)
    addTo(this.#fullChange, last, -1)
  }

  /**
   * Of each bucket the number open at its first moment, or the mean over it where that is larger: as exact as it can be
   * without keeping every stamp, and never more than were open at once.
   */
  #inFlight(length: number): number[] {
    const atStart = summedUp(this.#change, length)
    const full = summedUp(this.#fullChange, length)
    return atStart.map((open, i) => {
      const mean = full[i]! + (this.#partlyOpenMs[i] ?? 0) / this.#bucketMs
      return mean > open ? Math.floor(mean * 1000 + 1e-6) / 1000 : open
    })
  }

  #bucket(at: number): number {
    for (;;) {
      const index = Math.max(0, Math.floor((at - this.#origin) / this.#bucketMs))
      if (index < MAX_BUCKETS) return index
      const full = summedUp(this.#fullChange, MAX_BUCKETS)
      const openMs = full.map((count, i) => count * this.#bucketMs + (this.#partlyOpenMs[i] ?? 0))
      const atStart = summedUp(this.#change, MAX_BUCKETS + 1)
      this.#bucketMs *= 2
      this.#change = changes(atStart.filter((_, i) => i % 2 === 0))
      this.#partlyOpenMs = halved(openMs)
      this.#fullChange = []
      this.#completed = halved(this.#completed)
      this.#failed = halved(this.#failed)
      this.#outputTokens = halved(this.#outputTokens)
    }
  }
}

/** The first and the last bucket of the steady window; undefined when nothing was in flight. */
export function steadyBuckets(inFlight: readonly number[]): { first: number; last: number } | undefined {
  const limit = Math.max(...inFlight, 0) * STEADY_SHARE
  if (limit === 0) return undefined
  return { first: inFlight.findIndex((n) => n >= limit), last: inFlight.findLastIndex((n) => n >= limit) }
}

function addTo(values: number[], at: number, amount: number): void {
  values[at] = (values[at] ?? 0) + amount
}

function summedUp(values: readonly number[], length: number): number[] {
  let sum = 0
  return Array.from({ length }, (_, i) => {
    sum += values[i] ?? 0
    return sum
  })
}

function changes(values: readonly number[]): number[] {
  return values.map((value, i) => value - (values[i - 1] ?? 0))
}

function halved(values: number[]): number[] {
  const sums: number[] = []
  for (let i = 0; i < values.length; i++) if (values[i]) sums[i >> 1] = (sums[i >> 1] ?? 0) + values[i]!
  return sums
}
