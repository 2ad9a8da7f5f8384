/** What the client itself did to a run: whether it sent the load, and offered it in time. docs/metrics.md has the rules. */
import { MIN_OFFERED } from '../gates/index.ts'
import type { PhaseReport } from '../load/index.ts'
import type { RunMetrics } from '../metrics/index.ts'
import type { ClientHealth } from '../result/index.ts'
import type { Calibration } from './calibration.ts'

export interface HealthFacts {
  report: PhaseReport
  /** Knows how the load was offered. */
  metrics: RunMetrics
  calibration: Calibration | null
  /** Load threads that could still be added. */
  freeCores: number
}

export function judgeClient({
  report,
  metrics,
  calibration,
  freeCores,
}: HealthFacts): ClientHealth {
  const reasons: string[] = []
  const { threads } = report
  const worst = (pick: (thread: PhaseReport['threads'][number]) => number): number => Math.max(0, ...threads.map(pick))
  const cpuShare = worst((thread) => thread.cpuShare)
  const busyShare = worst((thread) => thread.busyShare)
  const socketsRefused = threads.reduce((sum, thread) => sum + thread.descriptorsExhausted, 0)
  const dispatch = metrics.distribution('dispatchDelay')
  const dispatchDelayMs = { p99: dispatch?.percentile(99) ?? 0, max: dispatch?.max ?? 0 }

  if (report.broken !== undefined) reasons.push(`${report.broken}; part of the load was not sent`)
  const remedy = freeCores > 0 ? 'raise workers' : 'use a machine with more free cores, or more machines'
  const { offeredShare } = metrics
  if (offeredShare < MIN_OFFERED)
    reasons.push(
      `the client offered ${percent(offeredShare)} of the load (least ${percent(MIN_OFFERED)}): it saw answers late, or started requests late; ${remedy}, lower the load, or keep other work off this machine`,
    )
  if (socketsRefused > 0)
    reasons.push(
      `${socketsRefused} connections could not be opened for lack of file descriptors; raise the limit with "ulimit -n"`,
    )

  return {
    valid: reasons.length === 0,
    reasons,
    workers: threads.length,
    cpuShare,
    busyShare,
    eventLoopDelayMs: {
      p50: worst((thread) => thread.eventLoopDelayMs.p50),
      p99: worst((thread) => thread.eventLoopDelayMs.p99),
      max: worst((thread) => thread.eventLoopDelayMs.max),
    },
    dispatchDelayMs,
    offeredShare,
    gcPauseMs: {
      total: threads.reduce((sum, thread) => sum + thread.gcPauseMs.total, 0),
      max: worst((thread) => thread.gcPauseMs.max),
    },
    socketsRefused,
    harnessOverheadMs: calibration?.overheadMs ?? null,
    ...(calibration?.ageSeconds === undefined ? {} : { harnessOverheadAgeSeconds: calibration.ageSeconds }),
    ...(report.broken === undefined ? {} : { broken: report.broken }),
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
