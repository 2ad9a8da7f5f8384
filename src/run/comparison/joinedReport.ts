/** The health of the load threads over all blocks of a side, as of one phase. */
import type { PhaseReport, ThreadHealth } from '../../load/index.ts'

/**
 * Shares of time are weighted by time, delays by how often they were measured. Of a short block the 99th percentile of
 * delay is that of few measurements, so the one given here is their mean and no exact percentile of all.
 */
export function joinedReport(reports: readonly PhaseReport[]): PhaseReport {
  const workers = reports[0]?.threads.map(({ worker }) => worker) ?? []
  return {
    startedAt: reports[0]?.startedAt ?? 0,
    threads: workers.map((worker) =>
      joined(reports.flatMap(({ threads }) => threads.find((thread) => thread.worker === worker) ?? [])),
    ),
    connectMs: reports.flatMap(({ connectMs }) => connectMs),
    broken: reports.find(({ broken }) => broken !== undefined)?.broken,
  }
}

function joined(healths: readonly ThreadHealth[]): ThreadHealth {
  const sum = (pick: (health: ThreadHealth) => number): number => healths.reduce((total, one) => total + pick(one), 0)
  const max = (pick: (health: ThreadHealth) => number): number => Math.max(0, ...healths.map(pick))
  const elapsedMs = sum((health) => health.elapsedMs)
  const delays = sum(({ eventLoopDelayMs }) => eventLoopDelayMs.n)
  const overTime = (pick: (health: ThreadHealth) => number): number =>
    elapsedMs === 0 ? 0 : sum((health) => pick(health) * health.elapsedMs) / elapsedMs
  const overDelays = (pick: (delay: ThreadHealth['eventLoopDelayMs']) => number): number =>
    delays === 0 ? 0 : sum(({ eventLoopDelayMs }) => pick(eventLoopDelayMs) * eventLoopDelayMs.n) / delays
  return {
    worker: healths[0]!.worker,
    cpuShare: overTime(({ cpuShare }) => cpuShare),
    busyShare: overTime(({ busyShare }) => busyShare),
    elapsedMs,
    eventLoopDelayMs: {
      n: delays,
      p50: overDelays(({ p50 }) => p50),
      p99: overDelays(({ p99 }) => p99),
      max: max(({ eventLoopDelayMs }) => eventLoopDelayMs.max),
    },
    gcPauseMs: { total: sum(({ gcPauseMs }) => gcPauseMs.total), max: max(({ gcPauseMs }) => gcPauseMs.max) },
    // Counted from the start of the thread on.
    descriptorsExhausted: max(({ descriptorsExhausted }) => descriptorsExhausted),
    unsent: sum(({ unsent }) => unsent),
  }
}
