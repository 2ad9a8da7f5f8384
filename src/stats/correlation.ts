/** How many independent samples a series of correlated ones is worth, and how to join it into independent parts. */

/**
 * `n / τ`, from 1 to n: neighbouring requests are correlated, so n of them say less than n independent ones.
 *
 * @param series in the order of time
 */
export function effectiveSize(series: ArrayLike<number>): number {
  return series.length / correlationTime(series)
}

/** Lags beyond this are not looked at, so that a long series stays cheap. */
const MAX_LAG = 1000
const ROUNDING = 1e-12

/**
 * The integrated autocorrelation time τ ≥ 1: the variance of the mean is τ times that of independent samples.
 *
 * By the initial monotone sequence of Geyer (1992), "Practical Markov chain Monte Carlo", section 3.3: sums of
 * neighbouring autocorrelations are added while they are positive. Series that scatter less than independent ones are
 * given τ = 1, so intervals are rather too wide than too narrow.
 */
export function correlationTime(series: ArrayLike<number>): number {
  const n = series.length
  if (n < 4) return 1
  let mean = 0
  for (let i = 0; i < n; i++) mean += series[i]!
  mean /= n
  const centred = new Float64Array(n)
  for (let i = 0; i < n; i++) centred[i] = series[i]! - mean
  const variance = autocovariance(centred, 0)
  // What rounding alone leaves of a constant series is no correlation.
  if (!(variance > (ROUNDING * mean) ** 2)) return 1
  let tau = -1
  let previous = Number.POSITIVE_INFINITY
  for (let lag = 0; lag + 1 < Math.min(n / 2, MAX_LAG); lag += 2) {
    const pair = Math.min(previous, (autocovariance(centred, lag) + autocovariance(centred, lag + 1)) / variance)
    if (pair <= 0) break
    tau += 2 * pair
    previous = pair
  }
  return Math.min(n, Math.max(1, tau))
}

/** Divided by n, not n − lag, as the method asks for. */
function autocovariance(centred: Float64Array, lag: number): number {
  let sum = 0
  for (let from = lag; from < centred.length; from += BLOCK) sum += products(centred, lag, from)
  return sum / centred.length
}

/** One loop over a long series would be compiled anew, in its middle, at each call: that took four fifths of the time. */
const BLOCK = 1024

function products(centred: Float64Array, lag: number, from: number): number {
  const end = Math.min(centred.length, from + BLOCK)
  let sum = 0
  for (let i = from; i < end; i++) sum += centred[i]! * centred[i - lag]!
  return sum
}

/**
 * How much more a share scatters between stretches of time than independent trials would: at least 1.
 *
 * Pearson's χ² over its degrees of freedom (McCullagh and Nelder, "Generalized Linear Models", section 4.5.2).
 *
 * @param hits successes in each stretch
 * @param totals trials in each stretch
 */
export function overdispersion(hits: ArrayLike<number>, totals: ArrayLike<number>): number {
  const stretches = nonEmptyStretches(hits, totals)
  const total = stretches.reduce((sum, [, trials]) => sum + trials, 0)
  const share = stretches.reduce((sum, [count]) => sum + count, 0) / total
  if (stretches.length < 2 || !(share > 0 && share < 1)) return 1
  const chiSquared = stretches.reduce(
    (sum, [count, trials]) => sum + (count - trials * share) ** 2 / (trials * share * (1 - share)),
    0,
  )
  return Math.max(1, chiSquared / (stretches.length - 1))
}

const MAX_STRETCHES = 30
/** Fewer trials than this in a stretch show no scatter. */
const MIN_TRIALS = 5

/** Neighbouring buckets joined until each stretch holds its part of all trials. */
function nonEmptyStretches(hits: ArrayLike<number>, totals: ArrayLike<number>): [hits: number, trials: number][] {
  let all = 0
  for (let i = 0; i < totals.length; i++) all += totals[i]!
  const part = Math.max(MIN_TRIALS, all / MAX_STRETCHES)
  const stretches: [number, number][] = []
  let count = 0
  let trials = 0
  for (let i = 0; i < totals.length; i++) {
    count += hits[i]!
    trials += totals[i]!
    if (trials < part) continue
    stretches.push([count, trials])
    count = 0
    trials = 0
  }
  const last = stretches.at(-1)
  if (last !== undefined) {
    last[0] += count
    last[1] += trials
  }
  return stretches
}

/** One of ten independent series is grouped for nothing. */
const SUSPICIOUS = 1.282
/** Of fewer values no correlation can be told. */
const LEAST_VALUES = 4

/**
 * How many neighbouring blocks to join into one: doubled while neighbours are alike.
 *
 * Neighbours are taken for alike when the lag-1 autocorrelation, less its bias of −1/n, is higher than independent
 * values would have it nine times out of ten (Fishman 1978, "Grouping observations in digital simulation", whose von
 * Neumann ratio is a function of it). There is no least number of groups: where a disturbance of one side lasts about
 * as long as the comparison, so few are left that no interval exists, and nothing is decided.
 *
 * @param series one value per block pair, in the order of time
 */
export function groupSize(series: ArrayLike<number>): number {
  let size = 1
  let values = Array.from(series)
  while (values.length >= LEAST_VALUES && lagOne(values) + 1 / values.length > SUSPICIOUS / Math.sqrt(values.length)) {
    values = grouped(values, 2, average)
    size *= 2
  }
  return size
}

/** Neighbours joined, `size` at a time; what is left over at the end joins the last group. */
export function grouped<T>(values: ArrayLike<T>, size: number, join: (group: T[]) => T): T[] {
  const all = Array.from(values)
  const groups = Math.max(1, Math.floor(all.length / size))
  return Array.from({ length: groups }, (_, i) =>
    join(all.slice(i * size, i === groups - 1 ? all.length : (i + 1) * size)),
  )
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function lagOne(values: readonly number[]): number {
  const mean = average(values)
  let products = 0
  let squares = 0
  for (const [i, value] of values.entries()) {
    squares += (value - mean) ** 2
    if (i > 0) products += (value - mean) * (values[i - 1]! - mean)
  }
  return squares === 0 ? 0 : products / squares
}
