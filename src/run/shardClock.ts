/** When a part of a load began by the clock of its machine, and how that clock went beside the process's own. */
import { performance } from 'node:perf_hooks'
import { ConfigError, parseShard, type ResolvedConfig, wallClockMs } from '../config/index.ts'
import type { PlannedShard, ShardFacts } from '../result/index.ts'

/** Later than this, the parts of a load do not begin together any more. */
const MOST_LATE_MS = 20

/**
 * `performance.now()` at which the measured phase is to begin; undefined: at once.
 * @param startAtMs Unix milliseconds
 * @throws ConfigError when that is over
 */
export function startOf(startAtMs: number | undefined): number | undefined {
  if (startAtMs === undefined) return undefined
  const leftMs = startAtMs - wallClockMs()
  if (leftMs < -MOST_LATE_MS)
    throw new ConfigError(
      `option "startAt": ${new Date(startAtMs).toISOString()} was ${(-leftMs / 1000).toFixed(1)} s ago when prompts, connections and warmup were ready; give a later time`,
      'startAt',
    )
  return performance.now() + leftMs
}

export interface ShardClock {
  /** What is known before it begins: with the rows of a run that was killed it says the same, but for the drift. */
  readonly planned: PlannedShard
  /** Told at the end of the measured phase. @param startedAt `performance.now()` of its start */
  facts(startedAt: number): ShardFacts
}

/** Begins to watch; undefined where the load is not split. */
export function shardClock({ loadShard }: ResolvedConfig, startAtMs: number | undefined): ShardClock | undefined {
  if (loadShard === undefined) return undefined
  const { index, count } = parseShard(loadShard)
  const beganAt = offsetMs()
  const planned = { index: index + 1, count, startAtMs: startAtMs ?? null, offsetMs: beganAt }
  return {
    planned,
    facts: (startedAt) => ({
      ...planned,
      startedAtMs: performance.timeOrigin + startedAt + beganAt,
      driftMs: offsetMs() - beganAt,
    }),
  }
}

/** The clock counts whole milliseconds: right after it ticks, they are its time. */
function offsetMs(): number {
  const before = wallClockMs()
  let now = before
  while (now === before) now = wallClockMs()
  return now - (performance.timeOrigin + performance.now())
}
