/** The search for a capacity as a pure function: from the levels tried so far to the one to try next. */

/** Whole numbers, concurrency or requests per second; start lies within the bounds, which are both allowed. */
export interface SearchRange {
  start: number
  lower: number
  upper: number
}

/**
 * The next level in the search for the highest one that holds: doubled until one breaks (halved where the start is
 * broken already), then the gap between the two is bisected.
 *
 * The search trusts the lowest broken level: one that held above it, by luck, is not the answer.
 *
 * @param tried whether each level that was tried held
 * @returns undefined when the answer is known, see `highestHolding`
 */
export function nextForLimit(
  tried: ReadonlyMap<number, boolean>,
  { start, lower, upper }: SearchRange,
): number | undefined {
  if (tried.size === 0) return start
  const broken = lowestBroken(tried)
  const held = highestHolding(tried)
  if (broken === undefined) return held! >= upper ? undefined : Math.min(held! * 2, upper)
  if (held === undefined) return broken <= lower ? undefined : Math.max(Math.floor(broken / 2), lower)
  return broken - held <= 1 ? undefined : Math.floor((held + broken) / 2)
}

/** The highest level that held below the lowest broken one; undefined when there is none. */
export function highestHolding(tried: ReadonlyMap<number, boolean>): number | undefined {
  const broken = lowestBroken(tried) ?? Number.POSITIVE_INFINITY
  const held = [...tried].filter(([level, holds]) => holds && level < broken).map(([level]) => level)
  return held.length === 0 ? undefined : Math.max(...held)
}

/**
 * The next level in the search for the best value: doubled while that improves it, then the gaps on both sides of the
 * best level are bisected. Exact where the value rises to one peak and falls from there.
 *
 * @param tried the value at each level that was tried; null: not one to be had (a request failed)
 * @param mode whether the largest or the smallest value is best
 * @returns undefined when the answer is known, see `bestLevel`
 */
export function nextForOptimum(
  tried: ReadonlyMap<number, number | null>,
  { start, lower, upper }: SearchRange,
  mode: 'max' | 'min',
): number | undefined {
  if (tried.size === 0) return start
  const levels = [...tried.keys()].sort((a, b) => a - b)
  // With no value at all there is still the way down to lighter load.
  const best = bestLevel(tried, mode) ?? levels[0]!
  const above = levels.find((level) => level > best)
  const below = levels.findLast((level) => level < best)
  if (tried.get(best) !== null) {
    if (above === undefined && best < upper) return Math.min(best * 2, upper)
    if (above !== undefined && above - best > 1) return Math.floor((best + above) / 2)
  }
  if (below === undefined) return best > lower ? Math.max(Math.floor(best / 2), lower) : undefined
  return best - below > 1 ? Math.floor((below + best) / 2) : undefined
}

/** The level with the best value, the lowest of equals; undefined when none has a value. */
export function bestLevel(tried: ReadonlyMap<number, number | null>, mode: 'max' | 'min'): number | undefined {
  let best: [level: number, value: number] | undefined
  for (const [level, value] of [...tried].sort(([a], [b]) => a - b)) {
    if (value === null) continue
    if (best === undefined || (mode === 'max' ? value > best[1] : value < best[1])) best = [level, value]
  }
  return best?.[0]
}

function lowestBroken(tried: ReadonlyMap<number, boolean>): number | undefined {
  const broken = [...tried].filter(([, holds]) => !holds).map(([level]) => level)
  return broken.length === 0 ? undefined : Math.min(...broken)
}
