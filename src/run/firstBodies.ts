/** Which bodies each phase begins with, so that no prompt is in a server's cache before it is measured. */
import type { RunLevel } from '../load/index.ts'

/**
 * The measured phase of a level begins after the bodies of its warmup. Levels begin with the same bodies, so that they
 * can be compared, unless there are fresh ones for each: made-up prompts.
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
