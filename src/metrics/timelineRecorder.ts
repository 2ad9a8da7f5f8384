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
  /** Starts minus ends in each bucket; summed up they give the requests in flight. */
  #change: number[] = []
  #completed: number[] = []
  #failed: number[] = []
  #outputTokens: number[] = []

  /** @param origin start of the measured phase, on the clock of the stamps (milliseconds) */
  constructor(origin: number) {
    this.#origin = origin
  }

  add(startedAt: number, endedAt: number, failed: boolean, outputTokens: number): void {
    const start = this.#bucket(startedAt)
    const end = this.#bucket(endedAt)
    // A later bucket may have made the buckets wider: ask for the start's again.
    const from = Math.min(start, this.#bucket(startedAt))
    this.#change[from] = (this.#change[from] ?? 0) + 1
    this.#change[end + 1] = (this.#change[end + 1] ?? 0) - 1
    const counts = failed ? this.#failed : this.#completed
    counts[end] = (counts[end] ?? 0) + 1
    if (outputTokens > 0) this.#outputTokens[end] = (this.#outputTokens[end] ?? 0) + outputTokens
  }

  timeline(): Timeline {
    const length = Math.max(this.#completed.length, this.#failed.length, this.#change.length - 1, 0)
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

  #inFlight(length: number): number[] {
    let now = 0
    return Array.from({ length }, (_, i) => {
      now += this.#change[i] ?? 0
      return now
    })
  }

  #bucket(at: number): number {
    for (;;) {
      const index = Math.max(0, Math.floor((at - this.#origin) / this.#bucketMs))
      if (index < MAX_BUCKETS) return index
      this.#bucketMs *= 2
      this.#change = halved(this.#change)
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

function halved(values: number[]): number[] {
  const sums: number[] = []
  for (let i = 0; i < values.length; i++) if (values[i]) sums[i >> 1] = (sums[i >> 1] ?? 0) + values[i]!
  return sums
}
