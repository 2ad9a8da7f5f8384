/** How a caller follows and stops a run. */

import type { RecentFigures } from './recent.ts'

export interface RunProgress {
  phase: 'connecting' | 'warmup' | 'measuring' | 'writing'
  /** Which level of a sweep, from 0, and of how many. */
  level: number
  levels: number
  done: number
  failed: number
  inFlight: number
  /** null: bounded by time. */
  total: number | null
  elapsedSeconds: number
  durationSeconds: number | null
  /** Finished requests per second so far. */
  qps: number
  /** Of the last seconds of the measured phase. */
  recent?: RecentFigures
  /** Of the whole measured phase, computed when it is called. */
  soFar?: () => { p99LatencyMs: number | null; tokensPerSecond: number }
}

export interface RunHooks {
  onProgress?: (progress: RunProgress) => void
  /** Something the user should know, in one sentence. */
  onNotice?: (text: string) => void
  /** Aborted: nothing new is sent, requests in flight may finish within `gracefulStop`; the result is still complete. */
  signal?: AbortSignal
  /** Aborted: requests in flight are cancelled at once. */
  killSignal?: AbortSignal
  /** Put into the file names, for instance a test's name. */
  label?: string
  /** Cores to plan load threads for; by default those of the machine. */
  cores?: number
}
