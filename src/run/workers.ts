/** How many load threads a run gets. */

import type { RunLevel } from '../load/index.ts'
import { executorNamed } from '../load/index.ts'

/** Streams, and starts per second, that one load thread carries with room to spare. */
const STREAMS_PER_THREAD = 500
const STARTS_PER_THREAD = 3000

/** @param spare cores that are free for load threads */
export function threadsFor(levels: readonly RunLevel[], spare: number): number {
  const needed = levels.map(({ level }) => {
    const streams = Number.isFinite(level.parallel) ? Math.max(level.parallel, peakOf(level)) : 0
    return Math.ceil(Math.max(streams / STREAMS_PER_THREAD, level.rate / STARTS_PER_THREAD))
  })
  return Math.min(spare, Math.max(1, ...needed))
}

/** Most requests in flight, where the executor decides how many those are. */
function peakOf(level: RunLevel['level']): number {
  const executor = executorNamed(level.executor)
  return executor.kind === 'closed' ? executor.peak(level) : 0
}

/** For a level whose threads could not keep up: how many to measure it with again; undefined: it stays as it is. */
export function moreThreads(
  workers: number,
  { asked, spare, overloaded }: { asked: number | 'auto'; spare: number; overloaded: boolean },
): number | undefined {
  return overloaded && asked === 'auto' && workers < spare ? Math.min(spare, workers * 2) : undefined
}
