/** Confidence intervals for means, ratios and rates of correlated series, by the method of batch means. */
import { correlationTime } from './correlation.ts'
import { normalQuantile, studentTQuantile } from './distributions.ts'
import { type Interval, UNBOUNDED } from './interval.ts'

/**
 * The interval of the mean of a series.
 *
 * Means of long stretches ("batches") of a correlated series are nearly independent and nearly normal, so that
 * Student's t applies to them (Law, "Simulation Modeling and Analysis", 5th edition, section 9.5.3). A batch is √n
 * samples long, or six correlation times where that is longer. Few long latencies among many short ones make the mean
 * itself skewed; the interval is bent accordingly, by the transformation of Hall (see `bent`).
 *
 * @param series in the order of time
 */
export function meanInterval(series: ArrayLike<number>, confidence: number): Interval {
  let mean = 0
  for (let i = 0; i < series.length; i++) mean += series[i]!
  mean /= series.length
  const reach = reachOfMean(series, confidence)
  return reach === undefined ? UNBOUNDED : { low: mean - reach.below, high: mean + reach.above }
}

/**
 * The interval of Σ numerators / Σ denominators: the ratios at which the mean of the residuals `numerator − ratio ×
 * denominator` may be 0, by batch means.
 *
 * The residuals are taken anew at each end (Fieller 1954, "Some problems in interval estimation", Journal of the Royal
 * Statistical Society B 16), so that the interval of a rate is that of the waiting time, turned over.
 *
 * @returns a missing end where the denominators scatter so much that no ratio is too large (or too small)
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
  if (!(below > 0)) return UNBOUNDED
  const ratio = above / below
  const reachAt = (assumed: number): Reach | undefined =>
    reachOfMean(
      Float64Array.from({ length: n }, (_, i) => numerators[i]! - assumed * denominators[i]!),
      confidence,
    )
  const first = reachAt(ratio)
  if (first === undefined) return UNBOUNDED
  // By the secant method: the reach is nearly proportional to the ratio, so that a step or two settle it.
  const endOf = (side: -1 | 1, reachOf: (reach: Reach) => number): number | null => {
    const excess = (assumed: number, reach: Reach): number => side * (assumed - ratio) - (reachOf(reach) * n) / below
    let [from, excessFrom] = [ratio, excess(ratio, first)]
    let end = ratio - side * excessFrom
    for (let step = 0; step < MAX_STEPS && Math.abs(end - from) > PRECISION * Math.abs(ratio); step++) {
      const excessAt = excess(end, reachAt(end)!)
      const slope = (excessAt - excessFrom) / (end - from)
      ;[from, excessFrom] = [end, excessAt]
      // No ratio on this side is too far from the measured one.
      if (!(side * slope > 0)) return null
      end -= excessAt / slope
    }
    return side * (end - ratio) >= 0 ? end : null
  }
  return { low: endOf(-1, (reach) => reach.below), high: endOf(1, (reach) => reach.above) }
}

/**
 * The interval of a rate per second, from amounts counted in buckets of equal width: the ratio of amounts to waiting
 * times, by `ratioInterval` (Crane and Iglehart 1975, "Simulating stable stochastic systems III", whose regenerative
 * ratio estimator it is, with batches in the place of cycles).
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

/**
 * The interval of a mean by the central limit theorem (Law, section 4.5): above 100,000 samples a mean is as normal as
 * it gets.
 *
 * @param n number of independent samples that the mean is worth
 */
export function normalInterval(mean: number, stddev: number, n: number, confidence: number): Interval {
  const reach = (normalQuantile((1 - confidence) / 2) * stddev) / Math.sqrt(n)
  return { low: mean - reach, high: mean + reach }
}

const MAX_STEPS = 12
const PRECISION = 1e-4

const CORRELATION_TIMES = 6
/** With fewer batches Student's t grows so wide that nothing is ever decided. */
const MIN_BATCHES = 8

/** How far an interval reaches to either side of the mean; both positive. */
interface Reach {
  below: number
  above: number
}

/** Undefined when there are too few samples to see any scatter. */
function reachOfMean(series: ArrayLike<number>, confidence: number): Reach | undefined {
  const n = series.length
  const tau = correlationTime(series)
  const size = Math.max(Math.sqrt(n), CORRELATION_TIMES * tau)
  const batches = Math.min(Math.floor(n / 2), Math.max(MIN_BATCHES, Math.floor(n / size)))
  if (batches < 2) return undefined
  const means = new Float64Array(batches)
  let mean = 0
  for (let batch = 0; batch < batches; batch++) {
    const from = Math.floor((batch * n) / batches)
    const to = Math.floor(((batch + 1) * n) / batches)
    for (let i = from; i < to; i++) means[batch]! += series[i]! / (to - from)
    mean += means[batch]! / batches
  }
  let squares = 0
  for (const value of means) squares += (value - mean) ** 2
  const standardError = Math.sqrt(squares / (batches - 1) / batches)
  const t = studentTQuantile((1 - confidence) / 2, batches - 1)
  // The skewness of a mean of m independent samples is that of one sample over √m.
  const skewness = skewnessOf(series) / Math.sqrt(n / tau)
  return { below: -bent(-t, skewness) * standardError, above: bent(t, skewness) * standardError }
}

/**
 * Hall's cubic transformation for skewed means: the deviation from the true mean, in standard errors, that belongs to
 * Student's t (Hall 1992, "On the removal of skewness by transformation", Journal of the Royal Statistical Society B
 * 54, with the sign of a deviation as seen from the measured mean).
 *
 * @param skewness of the mean
 */
function bent(t: number, skewness: number): number {
  if (Math.abs(skewness) < 1e-6) return t
  return (3 / skewness) * (1 - Math.cbrt(1 - skewness * (t + skewness / 6)))
}

function skewnessOf(series: ArrayLike<number>): number {
  const n = series.length
  let mean = 0
  for (let i = 0; i < n; i++) mean += series[i]! / n
  let squares = 0
  let cubes = 0
  for (let i = 0; i < n; i++) {
    const deviation = series[i]! - mean
    squares += deviation ** 2
    cubes += deviation ** 3
  }
  return squares > 0 ? cubes / n / (squares / n) ** 1.5 : 0
}
