/** The distributions that intervals rest on: normal, Student's t and binomial, by way of the incomplete beta function. */

/** P(T ≤ t) with `df` degrees of freedom (Abramowitz and Stegun 26.5.27). */
export function studentTCdf(t: number, df: number): number {
  const tail = regularizedBeta(df / (df + t * t), df / 2, 0.5) / 2
  return t > 0 ? 1 - tail : tail
}

/** The t that is exceeded with probability `tail`. @param tail above 0, at most 0.5 @param df at least 1 */
export function studentTQuantile(tail: number, df: number): number {
  return rootOf((t) => regularizedBeta(df / (df + t * t), df / 2, 0.5) / 2 - tail)
}

/** The z that a standard normal exceeds with probability `tail`. @param tail above 0, at most 0.5 */
export function normalQuantile(tail: number): number {
  return rootOf((z) => normalTail(z) - tail)
}

/** P(Z > z) for z ≥ 0, by the series of Marsaglia (2004), "Evaluating the normal distribution". */
function normalTail(z: number): number {
  let term = z
  let sum = z
  for (let k = 3; sum + term !== sum; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return 0.5 - (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}

/** The root from 0 up of a falling function, to the last digits. */
function rootOf(falling: (x: number) => number): number {
  let low = 0
  let high = 1
  while (falling(high) > 0 && high < 1e300) {
    low = high
    high *= 2
  }
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (falling(middle) > 0) low = middle
    else high = middle
  }
}

/** P(K ≤ k) for K successes in n trials of probability p (DLMF 8.17.5). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0
  if (k >= n) return 1
  return regularizedBeta(1 - p, n - Math.floor(k), Math.floor(k) + 1)
}

/** The smallest k with P(K ≤ k) > probability, from 0 to n. */
export function binomialAbove(probability: number, n: number, p: number): number {
  let low = 0
  let high = n
  while (low < high) {
    const middle = (low + high) >> 1
    if (binomialCdf(middle, n, p) > probability) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * I_x(a, b), with at least 8 correct digits for a and b up to 10⁶ and 12 up to 10³.
 *
 * By the continued fraction of DLMF 8.17.22, evaluated with Lentz's method as modified by Thompson and Barnett (1986).
 *
 * @param x 0 to 1
 * @param a positive
 * @param b positive
 */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast on this side only; the other follows from I_x(a, b) = 1 − I_{1−x}(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a)
  const logFront = a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)
  return (Math.exp(logFront) / a) * continuedFraction(x, a, b)
}

const TINY = 1e-300
const PRECISION = 1e-16
/** About √max(a, b) steps are needed; this is far beyond. */
const MAX_STEPS = 100_000

function continuedFraction(x: number, a: number, b: number): number {
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let c = 1
  let value = d
  for (let m = 1; m <= MAX_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    const change = d * c
    value *= change
    if (Math.abs(change - 1) < PRECISION * 4) break
  }
  return value
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** Coefficients B_2k / (2k (2k − 1)) of Stirling's series, DLMF 5.11.1. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156]
/** From here on the seven terms are exact to the last digit of a double. */
const STIRLING_FROM = 12

/** ln Γ(x) for x > 0: Stirling's series, reached from small x by Γ(x + 1) = x Γ(x). */
export function logGamma(x: number): number {
  let product = 1
  let z = x
  while (z < STIRLING_FROM) product *= z++
  let series = 0
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series / (z * z) + STIRLING[k]!
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series / z - Math.log(product)
}
