/** What a child process that ran our load test says of it, and how costs are read from it. */
import type { Result } from '../../src/result/index.ts'

/** Taken about ten times a second in the measured phase. */
export interface EngineSample {
  /** Milliseconds from an arbitrary moment. */
  atMs: number
  /** Requests finished so far. */
  done: number
  /** CPU time of the whole process so far: load, figures and DB threads. */
  cpuUs: number
  rssMiB: number
  /** Open at the latest count, which is made once a second; −1 where the system does not show them. */
  descriptors: number
}

export interface EngineFigures extends Pick<Result, 'summary' | 'distributions' | 'errors' | 'verdict' | 'client'> {
  samples: EngineSample[]
  /** Added to a wall-clock time (Unix milliseconds) gives the monotonic clock. */
  monotonicMinusWallMs: number
}

/** Steady cost per request, microseconds of CPU: between the first and the last sample, so without start and end. */
export function cpuUsPerRequest({ samples }: EngineFigures): number {
  const first = samples.find(({ done }) => done > 0)
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.done <= first.done)
    throw new Error('the run was too short to read its CPU time: too few samples')
  return (last.cpuUs - first.cpuUs) / (last.done - first.done)
}

/** The part of it that the busiest load thread used; the rest is figures, DB and the runtime's own threads. */
export function loadThreadCpuUsPerRequest({ client, summary }: EngineFigures): number {
  return (client.cpuShare * summary.timeTakenSeconds * 1e6) / summary.totalRequests
}

/** CPU and wall time between two moments of the measured phase, microseconds. */
export function cpuWindow({ samples }: EngineFigures, fromMs: number, toMs: number): { cpuUs: number; wallUs: number } {
  const startMs = samples[0]?.atMs ?? 0
  const first = samples.find(({ atMs }) => atMs >= startMs + fromMs)
  const last = samples.findLast(({ atMs }) => atMs <= startMs + toMs)
  if (first === undefined || last === undefined || last.atMs <= first.atMs)
    throw new Error('the run was too short to read its CPU time: it ended before the window')
  return { cpuUs: last.cpuUs - first.cpuUs, wallUs: (last.atMs - first.atMs) * 1000 }
}
