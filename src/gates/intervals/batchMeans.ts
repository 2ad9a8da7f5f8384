/** Confidence intervals for means, ratios and rates of correlated series, by the method of batch means. */
import { correlationTime } from './effectiveSize.ts'
import { type Interval, UNBOUNDED } from './interval.ts'
import { studentTQuantile } from './studentT.ts'

/**
 * The interval of the mean of a series.
 *
 * Means of long stretches ("batches") of a correlated series are nearly independent and nearly normal, so that
 * Student's t applies to them (Law, "Simulation Modeling and Analysis", 5th edition, section 9.5.3). A batch is √n
 * samples long, or six correlation times where that is longer.
 *
 * @param series in the order of time
 */
export function meanInterval(series: ArrayLike<number>, confidence: number): Interval {
  let mean = 0
  for (let i = 0; i < series.length; i++) mean += series[i]!
  mean /= series.length
  const halfWidth = halfWidthOfMean(series, confidence)
  return halfWidth === undefined ? UNBOUNDED : { low: mean - halfWidth, high: mean + halfWidth }
}

/**
 * The interval of Σ numerators / Σ denominators, by batch means of the residuals `numerator − ratio × denominator`
 * (Law, section 9.5.3: the ratio of two means to first order).
 */
export function ratioInterval(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  confidence: number,
): Interval {
  const n = numerators.length
  let above = 0
  let below = 0
  for (let i = 0; i < n; i++) {
    above += numerators[i]!
    below += denominators[i]!
  }
  const ratio = above / below
  const residuals = new Float64Array(n)
  for (let i = 0; i < n; i++) residuals[i] = numerators[i]! - ratio * denominators[i]!
  const halfWidth = halfWidthOfMean(residuals, confidence)
  if (halfWidth === undefined || !(below > 0)) return UNBOUNDED
  const reach = (halfWidth * n) / below
  return { low: ratio - reach, high: ratio + reach }
}

/**
 * The interval of a rate per second, from amounts counted in buckets of equal width.
 *
 * @param amounts what was counted in each bucket, for instance completed requests or their tokens
 */
export function rateInterval(amounts: ArrayLike<number>, bucketSeconds: number, confidence: number): Interval {
  // Each bucket in which something happened is set against the time since the one before, so that empty buckets are
  // part of a waiting time and not a swarm of zeros.
  const counted: number[] = []
  const elapsed: number[] = []
  let previous = -1
  for (let i = 0; i < amounts.length; i++) {
    if (amounts[i] === 0) continue
    counted.push(amounts[i]!)
    elapsed.push((i - previous) * bucketSeconds)
    previous = i
  }
  return ratioInterval(counted, elapsed, confidence)
}

const CORRELATION_TIMES = 6
/** With fewer batches Student's t grows so wide that nothing is ever decided. */
const MIN_BATCHES = 8

/** Undefined when there are too few samples to see any scatter. */
function halfWidthOfMean(series: ArrayLike<number>, confidence: number): number | undefined {
  const batches = batchCount(series)
  if (batches < 2) return undefined
  const means = new Float64Array(batches)
  let mean = 0
  for (let batch = 0; batch < batches; batch++) {
    const from = Math.floor((batch * series.length) / batches)
    const to = Math.floor(((batch + 1) * series.length) / batches)
    for (let i = from; i < to; i++) means[batch]! += series[i]! / (to - from)
    mean += means[batch]! / batches
  }
  let squares = 0
  for (const value of means) squares += (value - mean) ** 2
  const standardError = Math.sqrt(squares / (batches - 1) / batches)
  return standardError * studentTQuantile((1 - confidence) / 2, batches - 1)
}

function batchCount(series: ArrayLike<number>): number {
  const n = series.length
  const size = Math.max(Math.sqrt(n), CORRELATION_TIMES * correlationTime(series))
  return Math.min(Math.floor(n / 2), Math.max(MIN_BATCHES, Math.floor(n / size)))
}
