/** How far a phase of a level is, and its latest requests, for a view that is looked at while it goes on. */
import { performance } from 'node:perf_hooks'
import { clearInterval, setInterval } from 'node:timers'
import type { RunMetrics } from '../metrics/index.ts'
import { C, causeOf, FLAG_WARMUP, ROW, type SampleBatch } from '../samples/index.ts'
import { valueAt } from '../stats/index.ts'
import type { RecentFigures, RunProgress } from './hooks.ts'
import type { LevelContext } from './measureLevel.ts'

const PROGRESS_MS = 100

/** @returns ends it, after a last word */
export function watchProgress(
  context: LevelContext,
  phase: RunProgress['phase'],
  planned: () => number,
  durationMs: number,
  measured?: { recent: RecentRequests | undefined; metrics: RunMetrics },
): () => void {
  const { hooks, run } = context
  if (hooks.onProgress === undefined) return () => {}
  const beganAt = performance.now()
  const tell = (): void => {
    const { finished, failed, inFlight } = run.pool.progress
    const total = planned()
    const elapsedSeconds = (performance.now() - beganAt) / 1000
    hooks.onProgress?.({
      phase,
      level: context.index,
      levels: context.count,
      done: finished,
      failed,
      inFlight,
      total: Number.isFinite(total) ? total : null,
      elapsedSeconds,
      durationSeconds: Number.isFinite(durationMs) ? durationMs / 1000 : null,
      qps: elapsedSeconds > 0 ? finished / elapsedSeconds : 0,
      ...(measured?.recent === undefined ? {} : { recent: measured.recent.figures(performance.now()) }),
      ...(measured === undefined ? {} : { soFar: () => soFar(measured.metrics, elapsedSeconds) }),
    })
  }
  const timer = setInterval(tell, PROGRESS_MS)
  return () => {
    clearInterval(timer)
    tell()
  }
}

function soFar(metrics: RunMetrics, elapsedSeconds: number): ReturnType<NonNullable<RunProgress['soFar']>> {
  const latency = metrics.distribution('latency')
  return {
    p99LatencyMs: latency === undefined || latency.n === 0 ? null : latency.percentile(99),
    tokensPerSecond: elapsedSeconds > 0 ? metrics.outputTokens / elapsedSeconds : 0,
  }
}

export interface RecentRequests {
  add(batch: SampleBatch): void
  /** @param now on the clock of the stamps */
  figures(now: number): RecentFigures
}

const WINDOW_MS = 10_000
/** Of a fast run only the latest are looked at: sorting them must cost nothing beside the load. */
const KEPT = 2000
/** Looked at ten times a second; figures that change more often than this cannot be read. */
const EVERY_MS = 450

export function recentRequests(): RecentRequests {
  const endedAt = new Float64Array(KEPT).fill(Number.NEGATIVE_INFINITY)
  const latency = new Float64Array(KEPT)
  const ttft = new Float64Array(KEPT)
  const failures = new Map<string, number>()
  let count = 0
  let firstEnd = Number.POSITIVE_INFINITY
  let last: RecentFigures | undefined
  let lastAt = Number.NEGATIVE_INFINITY

  return {
    add(batch) {
      for (let row = 0; row < batch.count; row++) {
        const at = row * ROW
        const numbers = batch.numbers
        if (numbers[at + C.flags]! & FLAG_WARMUP) continue
        const cause = causeOf(batch, row)
        if (cause !== undefined) failures.set(cause, (failures.get(cause) ?? 0) + 1)
        const slot = count++ % KEPT
        const startedAt = numbers[at + C.startedAt]!
        endedAt[slot] = numbers[at + C.endedAt]!
        firstEnd = Math.min(firstEnd, startedAt)
        latency[slot] = cause === undefined ? endedAt[slot]! - startedAt : Number.NaN
        ttft[slot] = cause === undefined ? numbers[at + C.firstTokenAt]! - startedAt : Number.NaN
      }
    },
    figures(now) {
      if (last !== undefined && now - lastAt < EVERY_MS) return last
      const from = now - WINDOW_MS
      const slots: number[] = []
      let earliest = now
      for (let slot = 0; slot < Math.min(count, KEPT); slot++) {
        if (endedAt[slot]! < from) continue
        slots.push(slot)
        earliest = Math.min(earliest, endedAt[slot]!)
      }
      // When the ring is full its oldest end bounds the window; at first the start of the load does.
      const since = count > KEPT ? Math.max(from, earliest) : Math.max(from, firstEnd)
      const seconds = (now - since) / 1000
      last = {
        latencyMs: quantiles(slots, latency),
        ttftMs: quantiles(slots, ttft),
        qps: seconds > 0 ? slots.length / seconds : 0,
        failures: Object.fromEntries(failures),
      }
      lastAt = now
      return last
    },
  }
}

/** By the rule of docs/metrics.md. */
function quantiles(slots: readonly number[], values: Float64Array): { p50: number; p99: number } | null {
  const sorted = Float64Array.from(
    slots.filter((slot) => !Number.isNaN(values[slot]!)),
    (slot) => values[slot]!,
  ).sort()
  return sorted.length === 0 ? null : { p50: valueAt(sorted, 0.5), p99: valueAt(sorted, 0.99) }
}
