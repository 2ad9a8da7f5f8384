/** How much the load threads are warmed before anything is measured: more where the run is larger. */
import { outputLimit } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { RunLevel } from '../load/index.ts'
import { CANNED_TOKENS, executorNamed, type Level } from '../load/index.ts'

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
