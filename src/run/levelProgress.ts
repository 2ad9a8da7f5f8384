/** Tells the caller every tenth of a second how far a phase of a level is. */
import { performance } from 'node:perf_hooks'
import { clearInterval, setInterval } from 'node:timers'
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
  recent?: RecentRequests,
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
      ...(recent === undefined ? {} : { recent: recent.figures(performance.now()) }),
    })
  }
  const timer = setInterval(tell, PROGRESS_MS)
  return () => {
    clearInterval(timer)
    tell()
  }
}
