/** The latency–throughput curve of a sweep: where its knee is, and from where on more load brings only waiting. */

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
