/** Tells the caller every tenth of a second how far a phase of a level is. */
import { performance } from 'node:perf_hooks'
import { clearInterval, setInterval } from 'node:timers'
import type { RunMetrics } from '../metrics/index.ts'
import type { RunProgress } from './hooks.ts'
import type { LevelContext } from './levelRun.ts'
import type { RecentRequests } from './recent.ts'

const PROGRESS_MS = 100

/** @returns ends it, after a last word */
export function watchProgress(
  context: LevelContext,
  phase: RunProgress['phase'],
  planned: () => number,
  durationMs: number,
  measured?: { recent: RecentRequests | undefined; metrics: RunMetrics },
): () => void {
  const { hooks, pool } = context
  if (hooks.onProgress === undefined) return () => {}
  const beganAt = performance.now()
  const tell = (): void => {
    const { finished, failed, inFlight } = pool.progress
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
