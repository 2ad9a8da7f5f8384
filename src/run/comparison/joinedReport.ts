/** The health of the load threads over all blocks of a side, as of one phase. */
import { loopDelay, type PhaseReport, type ThreadHealth } from '../../load/index.ts'

/** Shares of time are weighted by time; stalls of the event loop are those of all blocks. */
export function joinedReport(reports: readonly PhaseReport[]): PhaseReport {
  const workers = reports[0]?.threads.map(({ worker }) => worker) ?? []
  return {
    startedAt: reports[0]?.startedAt ?? 0,
    threads: workers.map((worker) =>
      joined(reports.flatMap(({ threads }) => threads.find((thread) => thread.worker === worker) ?? [])),
    ),
    connectMs: reports.flatMap(({ connectMs }) => connectMs),
    // Counted from the start of the threads on.
    connections: reports.at(-1)?.connections ?? { opened: 0, http2: 0 },
    broken: reports.find(({ broken }) => broken !== undefined)?.broken,
  }
}

function joined(healths: readonly ThreadHealth[]): ThreadHealth {
  const sum = (pick: (health: ThreadHealth) => number): number => healths.reduce((total, one) => total + pick(one), 0)
  const max = (pick: (health: ThreadHealth) => number): number => Math.max(0, ...healths.map(pick))
  const elapsedMs = sum((health) => health.elapsedMs)
  const overTime = (pick: (health: ThreadHealth) => number): number =>
    elapsedMs === 0 ? 0 : sum((health) => pick(health) * health.elapsedMs) / elapsedMs
  const stalls = healths.flatMap((health) => health.stalls)
  return {
    worker: healths[0]!.worker,
    cpuShare: overTime(({ cpuShare }) => cpuShare),
    busyShare: overTime(({ busyShare }) => busyShare),
    elapsedMs,
    stalls,
    eventLoopDelayMs: loopDelay(stalls, elapsedMs),
    gcPauseMs: { total: sum(({ gcPauseMs }) => gcPauseMs.total), max: max(({ gcPauseMs }) => gcPauseMs.max) },
    // Counted from the start of the thread on.
    descriptorsExhausted: max(({ descriptorsExhausted }) => descriptorsExhausted),
    unsent: sum(({ unsent }) => unsent),
  }
}
