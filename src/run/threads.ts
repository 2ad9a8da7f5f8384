/** How many load threads a run gets, and how much they are warmed before anything is measured. */

import { outputLimit } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { CANNED_TOKENS, executorNamed, type Level, type RunLevel } from '../load/index.ts'

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

/** For a level whose threads could not keep up: how many to measure it with again; undefined: there are no more. */
export function moreThreads(
  workers: number,
  { asked, spare }: { asked: number | 'auto'; spare: number },
): number | undefined {
  return asked === 'auto' && workers < spare ? Math.min(spare, workers * 2) : undefined
}

/** By then nearly all of the code is compiled that a request needs. */
const MOST_REQUESTS = 10_000
/** Of an answer that may be longer: most end before. */
const TOKENS = 128
/** Requests that a connection sends in a second, where only a duration is given. */
const ASSUMED_RATE = 10

/**
 * Canned requests that each load thread is to send first: they have half as many events as the run will have.
 *
 * What V8 has not compiled yet is slower several times, and a thread that also has to compile is late: without warming,
 * the p99 of a run's first second is the client's. A small run is not worth waiting for that.
 */
export function warmingRequests(
  levels: readonly RunLevel[],
  config: Pick<ResolvedConfig, 'stream' | 'maxTokens' | 'maxCompletionTokens'>,
): number {
  const phases = levels.flatMap(({ level, warmup }) => (warmup === undefined ? [level] : [level, warmup]))
  const requests = phases.reduce((sum, level) => sum + expectedRequests(level), 0)
  const events = requests * (config.stream ? Math.min(TOKENS, ...[outputLimit(config) ?? TOKENS].flat()) : 1)
  return Math.min(MOST_REQUESTS, Math.floor(events / CANNED_TOKENS / 2))
}

function expectedRequests(level: Level): number {
  const executor = executorNamed(level.executor)
  const endsMs = executor.endsMs(level)
  if (endsMs === Number.POSITIVE_INFINITY) return level.number
  const perSecond = executor.peak(level) * (executor.kind === 'open' ? 1 : ASSUMED_RATE)
  return Math.min(level.number, (perSecond * endsMs) / 1000)
}
