/** Which bodies each phase begins with, so that no prompt is in a server's cache before it is measured. */
import type { RunLevel } from './levels.ts'

/**
 * The measured phase of a level begins after the bodies of its warmup. Levels begin with the same bodies, so that they
 * can be compared, unless there are fresh ones for each: made-up prompts.
 *
 * @returns the levels, and how many bodies they need together (Infinity where one has no number)
 */
export function withFirstBodies(levels: readonly RunLevel[], fresh: boolean): { levels: RunLevel[]; wanted: number } {
  let next = 0
  let wanted = 0
  const placed = levels.map(({ level, warmup, label }) => {
    const begin = Number.isFinite(next) ? next : 0
    const measured = begin + (warmup?.number ?? 0)
    wanted = Math.max(wanted, measured + level.number)
    if (fresh) next = measured + level.number
    return {
      level: { ...level, firstBody: measured },
      warmup: warmup === undefined ? undefined : { ...warmup, firstBody: begin },
      label,
    }
  })
  return { levels: placed, wanted }
}
