/** Which levels of load a run goes through: a list known ahead, or a search that looks at what it has measured. */

import type { RunLevel } from '../load/index.ts'
import type { LevelOutcome } from './levelRun.ts'

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
