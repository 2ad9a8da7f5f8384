/** Decides whether the client itself was the bottleneck; the rules are those of docs/metrics.md, "Client health". */
import type { PhaseReport } from '../load/index.ts'
import type { RunMetrics } from '../metrics/index.ts'
import type { ClientHealth } from '../result/index.ts'
import type { Calibration } from './calibration.ts'

const MAX_BUSY_SHARE = 0.85
const MIN_DELAY_MS = 5
const MIN_UNGATED_DELAY_MS = 20
const DELAY_SHARE = 0.05
const MAX_BEHIND = 0.02
/** Below this much measured time a CPU share says more about start-up than about load. */
const MIN_JUDGED_MS = 500

export interface HealthFacts {
  report: PhaseReport
  metrics: RunMetrics
  /** An open loop without a cap: then a late start is the client's own doing. */
  uncapped: boolean
  /** The smallest latency that a threshold is about, milliseconds. */
  smallestGatedMs: number | undefined
  calibration: Calibration | null
  /** Load threads that could still be added. */
  freeCores: number
}

export function judgeClient({
  report,
  metrics,
  uncapped,
  smallestGatedMs,
  calibration,
  freeCores,
}: HealthFacts): ClientHealth {
  const reasons: string[] = []
  const { threads } = report
  const worst = (pick: (thread: PhaseReport['threads'][number]) => number): number => Math.max(0, ...threads.map(pick))
  const cpuShare = worst((thread) => thread.cpuShare)
  const busyShare = worst((thread) => thread.busyShare)
  const delayLimitMs = delayLimit(metrics, smallestGatedMs)
  const socketsRefused = threads.reduce((sum, thread) => sum + thread.descriptorsExhausted, 0)
  const dispatch = metrics.distribution('dispatchDelay')
  const dispatchDelayMs = { p99: dispatch?.percentile(99) ?? 0, max: dispatch?.max ?? 0 }

  if (report.broken !== undefined) reasons.push(`${report.broken}; part of the load was not sent`)
  const remedy = freeCores > 0 ? 'raise workers' : 'use a machine with more free cores, or more machines'
  // A thread that other work keeps from its core uses little CPU, yet is busy all the time.
  const judged = worst((thread) => thread.elapsedMs) >= MIN_JUDGED_MS
  if (judged && Math.max(cpuShare, busyShare) > MAX_BUSY_SHARE)
    reasons.push(
      `a load thread was busy for ${percent(Math.max(cpuShare, busyShare))} of the time, with ${percent(cpuShare)} of a core (limit ${percent(MAX_BUSY_SHARE)}); ${remedy}, or lower the load`,
    )
  const slow = threads.filter(
    (thread) => thread.elapsedMs >= MIN_JUDGED_MS && thread.eventLoopDelayMs.p99 > delayLimitMs,
  )
  if (slow.length > 0) {
    const p99 = Math.max(...slow.map((thread) => thread.eventLoopDelayMs.p99))
    reasons.push(
      `a load thread's event loop was late by ${p99.toFixed(1)} ms at p99 (limit ${delayLimitMs.toFixed(1)} ms); ${remedy}, or keep other work off this machine`,
    )
  }
  if (uncapped && metrics.total > 1) {
    const scheduledMs = metrics.lastScheduledAt - metrics.firstScheduledAt
    const behind = scheduledMs > 0 ? (metrics.lastStartedAt - metrics.firstScheduledAt) / scheduledMs - 1 : 0
    if (behind > MAX_BEHIND && metrics.lastStartedAt - metrics.lastScheduledAt > MIN_DELAY_MS)
      reasons.push(`starts fell ${percent(behind)} behind the schedule (limit ${percent(MAX_BEHIND)}); ${remedy}`)
    if (dispatchDelayMs.p99 > delayLimitMs)
      reasons.push(
        `requests left ${dispatchDelayMs.p99.toFixed(1)} ms late at p99 (limit ${delayLimitMs.toFixed(1)} ms); ${remedy}`,
      )
  }
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

/**
 * How late the client may be at p99, milliseconds: 5 % of the smallest latency that is gated, and of those that are
 * reported. What nothing depends on may be later, but a loose gate is no leave to report a wrong TTFT.
 */
function delayLimit(metrics: RunMetrics, smallestGatedMs: number | undefined): number {
  const medians = (['latency', 'ttft'] as const).flatMap((name) => metrics.distribution(name)?.percentile(50) ?? [])
  const reported = Math.max(MIN_UNGATED_DELAY_MS, DELAY_SHARE * Math.min(...medians, Number.MAX_VALUE))
  const gated = Math.max(MIN_DELAY_MS, DELAY_SHARE * (smallestGatedMs ?? Number.MAX_VALUE))
  return medians.length === 0 && smallestGatedMs === undefined ? MIN_UNGATED_DELAY_MS : Math.min(reported, gated)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
