/** How far a level may go on while its thresholds are undecided. */
import type { ResolvedConfig } from '../config/index.ts'
import type { Level } from '../load/index.ts'

/** The level as it is sent to the load threads: as planned, or with the room that `confidence` may need. */
export function withBudget(level: Level, { confidence, maxNumber, maxDuration }: ResolvedConfig): Level {
  if (confidence === undefined || (maxNumber === undefined && maxDuration === undefined)) return level
  return {
    ...level,
    number: maxNumber ?? Number.POSITIVE_INFINITY,
    durationMs: maxDuration === undefined ? Number.POSITIVE_INFINITY : maxDuration * 1000,
  }
}
