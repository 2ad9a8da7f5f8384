/** A plan: which levels of load a run goes through. Here the list that is known ahead; search.ts has those that look back. */
import type { RunLevel } from '../../load/index.ts'
import type { LevelOutcome } from '../measureLevel.ts'

export interface LoadPlan {
  /** The largest levels that may come: they decide how many load threads and prompts are made ready. */
  readonly extent: readonly RunLevel[]
  /** How many levels there will be, as far as is known; for progress. */
  readonly count: number
  /** @returns the level to run next, given the outcomes so far; undefined: no more */
  next(outcomes: readonly LevelOutcome[]): RunLevel | undefined
}

export function inOrder(levels: readonly RunLevel[]): LoadPlan {
  return { extent: levels, count: levels.length, next: (outcomes) => levels[outcomes.length] }
}

/**
 * Levels with the bodies that each of their phases begins with, so that no prompt is in a server's cache before it is
 * measured: the measured phase of a level begins after the bodies of its warmup. Levels begin with the same bodies, so
 * that they can be compared, unless there are fresh ones for each: made-up prompts.
 */
export function withFirstBodies(levels: readonly RunLevel[], fresh: boolean): RunLevel[] {
  let next = 0
  return levels.map(({ level, warmup, ...rest }) => {
    const begin = Number.isFinite(next) ? next : 0
    const measured = begin + (warmup?.number ?? 0)
    if (fresh) next = measured + level.number
    return {
      ...rest,
      level: { ...level, firstBody: measured },
      warmup: warmup === undefined ? undefined : { ...warmup, firstBody: begin },
    }
  })
}
