/** Quantiles of Student's t and of the normal distribution. */
import { regularizedBeta } from './beta.ts'

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
