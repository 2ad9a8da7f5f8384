/** The binomial distribution. */
import { regularizedBeta } from './beta.ts'

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
