/** The search for a capacity, level by level, as a pure function; and the knee of the curve that a sweep has measured. */

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

/** One level of a sweep. */
export interface CurvePoint {
  /** Requests in flight, or requests per second offered; ascending from point to point. */
  load: number
  /** Succeeded requests per second. */
  throughput: number
  /** Mean latency of the succeeded requests; null when there was none. */
  latencyMs: number | null
}

/** Sensitivity of Kneedle: how many mean steps of load the curve must fall off before a knee is believed. */
const SENSITIVITY = 1
/** Of a doubling of load less than this part arrives as throughput … */
const MAX_GAIN = 0.1
/** … and at least this part as latency. In a closed loop beyond saturation it is 0 and 1, by Little's law. */
const MIN_WAIT = 0.5

/**
 * The knee of throughput over load, by Kneedle: Satopää, Albrecht, Irwin and Raghavan (2011), "Finding a 'Kneedle' in
 * a Haystack", for a curve that rises and flattens, without its smoothing (a sweep has few points, each an average).
 *
 * Both axes are scaled to 0 … 1. A knee is a local maximum of throughput − load after which the difference falls by
 * the mean step of load before it rises again; of several the first, where load still pays for the last time.
 *
 * @param points in ascending order of load
 * @returns the index of the point; undefined where the curve has no knee, for instance while it is still a line
 */
export function findKnee(points: readonly Pick<CurvePoint, 'load' | 'throughput'>[]): number | undefined {
  const loads = points.map(({ load }) => load)
  const throughputs = points.map(({ throughput }) => throughput)
  const x = scaled(loads)
  const y = scaled(throughputs)
  if (points.length < 3 || x === undefined || y === undefined) return undefined
  const difference = x.map((value, i) => y[i]! - value)
  const fall = SENSITIVITY / (points.length - 1)
  for (let i = 1; i < points.length - 1; i++) {
    const here = difference[i]!
    if (!(here > difference[i - 1]! && here >= difference[i + 1]!)) continue
    for (let j = i + 1; j < points.length && difference[j]! <= here; j++) if (difference[j]! < here - fall) return i
  }
  return undefined
}

/**
 * True when the step from one level to the next bought waiting instead of throughput: of the growth of load (in
 * logarithms, so that doublings count alike) under a tenth came back as throughput and at least half as latency.
 */
export function isOverSaturated(before: CurvePoint, after: CurvePoint): boolean {
  if (before.latencyMs === null || after.latencyMs === null || before.throughput <= 0) return false
  const growth = Math.log(after.load / before.load)
  const gain = Math.log(after.throughput / before.throughput) / growth
  const wait = Math.log(after.latencyMs / before.latencyMs) / growth
  return gain < MAX_GAIN && wait >= MIN_WAIT
}

/** Undefined where all values are the same. */
function scaled(values: readonly number[]): number[] | undefined {
  const low = Math.min(...values)
  const high = Math.max(...values)
  return high > low ? values.map((value) => (value - low) / (high - low)) : undefined
}
