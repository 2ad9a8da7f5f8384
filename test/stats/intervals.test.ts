/** Interval statistics against published tables, brute force and known truths. */

import { describe, expect, test } from 'vitest'
import {
  binomialCdf,
  correlationTime,
  effectiveSize,
  meanInterval,
  normalQuantile,
  overdispersion,
  quantileRanks,
  rateInterval,
  ratioInterval,
  samplesNeeded,
  studentTCdf,
  studentTQuantile,
  wilsonInterval,
} from '../../src/stats/index.ts'

describe('distributions', () => {
  // Any table of the t distribution; three decimals.
  test.each([
    [0.025, 1, 12.706],
    [0.025, 2, 4.303],
    [0.025, 5, 2.571],
    [0.025, 9, 2.262],
    [0.025, 30, 2.042],
    [0.025, 120, 1.98],
    [0.05, 10, 1.812],
    [0.005, 10, 3.169],
    [0.0005, 20, 3.85],
  ])('t with tail %d and %d degrees of freedom is %d', (tail, df, t) => {
    expect(studentTQuantile(tail, df)).toBeCloseTo(t, 3)
    expect(studentTCdf(studentTQuantile(tail, df), df)).toBeCloseTo(1 - tail, 12)
  })

  test('normal quantiles', () => {
    expect([0.025, 0.005, 0.05, 0.0005].map(normalQuantile)).toEqual(
      [1.959964, 2.575829, 1.644854, 3.290527].map((z) => expect.closeTo(z, 6)),
    )
  })

  // Tables of the cumulative binomial distribution; four decimals. The last by scipy 1.17.
  test.each([
    [3, 10, 0.5, 0.1719],
    [5, 20, 0.3, 0.4164],
    [14, 20, 0.5, 0.9793],
    [0, 15, 0.1, 0.2059],
    [98_900, 100_000, 0.99, 0.000911780341],
  ])('P(K <= %d) of %d trials at %d is %d', (k, n, p, cdf) => {
    expect(binomialCdf(k, n, p)).toBeCloseTo(cdf, n > 100 ? 11 : 4)
  })

  test('the binomial distribution equals the sum of its terms', () => {
    for (const [n, p] of [
      [1, 0.3],
      [17, 0.99],
      [60, 0.5],
      [400, 0.9],
    ] as const) {
      const cdf = summed(n, p)
      for (let k = 0; k <= n; k++) expect(binomialCdf(k, n, p)).toBeCloseTo(cdf[k]!, 12)
    }
    expect(binomialCdf(-1, 10, 0.5)).toBe(0)
  })
})

describe('quantiles', () => {
  // The median of 100: ranks 40 and 61, as in Conover, "Practical Nonparametric Statistics"; the others by scipy 1.17.
  test.each([
    [100, 0.5, 40, 61],
    [10, 0.5, 2, 9],
    [20, 0.5, 6, 15],
    [60, 0.25, 9, 23],
    [200, 0.9, 171, 189],
    [1200, 0.99, 1181, 1195],
    [1000, 0.999, 997, null],
    [368, 0.99, 360, 368],
    [367, 0.99, 359, null],
    [5, 0.5, null, null],
    [6, 0.5, 1, 6],
    [40, 0, null, 1],
    [40, 1, 40, null],
  ])('of %d samples, quantile %d lies between ranks %j and %j', (n, quantile, low, high) => {
    expect(quantileRanks(n, quantile, 0.95)).toEqual({ low, high })
  })

  test('both tails are as large as they may be and no larger, for every n', () => {
    for (let n = 1; n <= 60; n++)
      for (const quantile of [0.1, 0.5, 0.75, 0.9]) {
        const cdf = summed(n, quantile)
        const { low, high } = quantileRanks(n, quantile, 0.9)
        // P(the low order statistic lies above the quantile) = P(fewer than `low` samples below it).
        const below = (rank: number): number => cdf[rank - 1] ?? 0
        if (low !== null) expect(below(low)).toBeLessThanOrEqual(0.05)
        if (low !== n) expect(below((low ?? 0) + 1)).toBeGreaterThan(0.05)
        if (high !== null) expect(1 - below(high)).toBeLessThanOrEqual(0.05 + 1e-12)
        if (high !== 1) expect(1 - below((high ?? n + 1) - 1)).toBeGreaterThan(0.05)
      }
  })

  test('the number of samples for two ends is the smallest with two ends', () => {
    expect([0.5, 0.9, 0.99, 0.999].map((quantile) => samplesNeeded(quantile, 0.95))).toEqual([6, 36, 368, 3688])
    for (const quantile of [0.01, 0.5, 0.66, 0.95, 0.999])
      for (const confidence of [0.9, 0.99]) {
        const needed = samplesNeeded(quantile, confidence)
        expect(Object.values(quantileRanks(needed, quantile, confidence))).not.toContain(null)
        expect(Object.values(quantileRanks(needed - 1, quantile, confidence))).toContain(null)
      }
    expect(samplesNeeded(1, 0.95)).toBe(Number.POSITIVE_INFINITY)
  })

  test('correlated samples get the ranks of the independent ones they are worth', () => {
    // 400 samples worth 100: ranks 40 and 61 of 100 are the middles of the 40th and 61st block of four.
    expect(quantileRanks(400, 0.5, 0.95, 100)).toEqual({ low: 158, high: 243 })
    expect(quantileRanks(1000, 0.99, 0.95, 367).high).toBeNull()
    expect(quantileRanks(100, 0.5, 0.95, 1e9)).toEqual({ low: 40, high: 61 })
  })
})

describe('shares', () => {
  // Newcombe (1998), Statistics in Medicine 17, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%d of %d', (hits, n, low, high) => {
    expect(wilsonInterval(hits / n, n, 0.95)).toEqual({ low: expect.closeTo(low, 4), high: expect.closeTo(high, 4) })
    expect(wilsonInterval(1 - hits / n, n, 0.95)).toEqual({
      low: expect.closeTo(1 - high, 4),
      high: expect.closeTo(1 - low, 4),
    })
  })

  test('nothing is known without trials', () => {
    expect(wilsonInterval(0, 0, 0.95)).toEqual({ low: 0, high: 1 })
  })

  test('overdispersion is chi-squared over its degrees of freedom', () => {
    // Share 0.25: (5 − 2.5)² / (10 × 0.1875) twice = 6.667, one degree of freedom.
    expect(overdispersion([5, 0], [10, 10])).toBeCloseTo(20 / 3, 12)
    expect(overdispersion([2, 2, 2, 2], [10, 10, 10, 10])).toBe(1)
    expect(overdispersion([0, 0], [10, 10])).toBe(1)
    // Buckets of one trial each are joined into stretches of five.
    expect(overdispersion([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], Array(10).fill(1))).toBeCloseTo(10, 12)
  })
})

describe('means', () => {
  test('by batches: eight batch means 1 to 8', () => {
    // Mean 4.5, standard deviation √6, t of 7 degrees of freedom 2.3646: 4.5 ± 2.3646 × √(6/8).
    const series = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((value) => [value, value])
    expect(meanInterval(series, 0.95)).toEqual({
      low: expect.closeTo(4.5 - 2.0478, 3),
      high: expect.closeTo(4.5 + 2.0478, 3),
    })
  })

  test('bend with the skewness of the samples: both ends fulfil the cubic equation of Hall (1992)', () => {
    // Eight batches of eight; within each one long and seven short samples, in an order that looks uncorrelated.
    const series = Array.from({ length: 64 }, (_, i) => ((i * 13) % 8 === 0 ? 8 + Math.floor(i / 8) : 1))
    const n = series.length
    const mean = series.reduce((sum, value) => sum + value, 0) / n
    const moment = (power: number): number => series.reduce((sum, value) => sum + (value - mean) ** power, 0) / n
    const skewness = moment(3) / moment(2) ** 1.5 / effectiveSize(series) ** 0.5
    const batches = Array.from({ length: 8 }, (_, b) => (7 + 8 + b) / 8)
    const error = Math.sqrt(batches.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 7 / 8)
    const hall = (t: number): number => t + (skewness * t ** 2) / 3 + (skewness ** 2 * t ** 3) / 27 + skewness / 6
    const { low, high } = meanInterval(series, 0.95)
    // Student's t of 7 degrees of freedom at 2.5 %: 2.364624.
    expect(hall((mean - low!) / error)).toBeCloseTo(2.364624, 5)
    expect(hall((mean - high!) / error)).toBeCloseTo(-2.364624, 5)
    expect(high! - mean).toBeGreaterThan(mean - low!)
  })

  test('too few samples have no interval', () => {
    for (const series of [[], [1], [1, 2], [1, 2, 3]])
      expect(meanInterval(series, 0.95)).toEqual({ low: null, high: null })
    expect(ratioInterval([], [], 0.95)).toEqual({ low: null, high: null })
    expect(rateInterval([0, 0, 0], 1, 0.95)).toEqual({ low: null, high: null })
  })

  test('a ratio that never changes is known exactly', () => {
    const below = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    const { low, high } = ratioInterval(
      below.map((value) => value * 0.3),
      below,
      0.95,
    )
    expect(low).toBeCloseTo(0.3, 12)
    expect(high).toBeCloseTo(0.3, 12)
  })

  test('a rate counts empty buckets as time', () => {
    // One request in every second bucket of half a second: one a second.
    const { low, high } = rateInterval(
      Array.from({ length: 100 }, (_, i) => i % 2),
      0.5,
      0.95,
    )
    expect(low).toBeCloseTo(1, 12)
    expect(high).toBeCloseTo(1, 12)
  })
})

describe('correlated series', () => {
  test('the correlation time of a first-order autoregressive series is (1 + ρ) / (1 − ρ)', () => {
    for (const rho of [0.3, 0.7, 0.9])
      expect(correlationTime(autoregressive(60_000, rho, 11)) / ((1 + rho) / (1 - rho))).toSatisfy(
        (ratio: number) => ratio > 0.85 && ratio < 1.15,
      )
  })

  test('independent samples count in full, alternating ones no more than that', () => {
    expect(effectiveSize(autoregressive(20_000, 0, 5)) / 20_000).toBeGreaterThan(0.93)
    expect(correlationTime(Array.from({ length: 100 }, (_, i) => i % 2))).toBe(1)
    expect(correlationTime(Array(50).fill(0.1))).toBe(1)
  })
})

/**
 * Log-normal latencies of coefficient of variation 0.3. With a nominal 95 % the true coverage of the exact ranks is
 * between 95 and 98 %; 500 trials have a standard error of 1 %, so 92 % is three of them below.
 */
describe('intervals cover the truth as often as they say', () => {
  const sigma = Math.sqrt(Math.log(1 + 0.3 ** 2))
  const truths = {
    mean: Math.exp(sigma ** 2 / 2),
    p50: 1,
    p90: Math.exp(1.281552 * sigma),
    p99: Math.exp(2.326348 * sigma),
  }

  test.each([
    [0, 100, 500],
    [0.3, 100, 500],
    [0, 1000, 300],
    [0.3, 1000, 300],
  ])('lag-1 correlation %d, n = %d', (rho, n, trials) => {
    const covered = { mean: 0, p50: 0, p90: 0, p99: 0, rate: 0 }
    let finite99 = 0
    for (let trial = 0; trial < trials; trial++) {
      const series = autoregressive(n, rho, trial + 1).map((z) => Math.exp(sigma * z))
      const sorted = series.slice().sort()
      if (inside(meanInterval(series, 0.95), truths.mean)) covered.mean++
      if (inside(rateInterval(bucketed(series), 0.1, 0.95), 1 / truths.mean)) covered.rate++
      for (const [name, quantile] of [
        ['p50', 0.5],
        ['p90', 0.9],
        ['p99', 0.99],
      ] as const) {
        const cut = sorted[Math.floor(quantile * n)]!
        const { low, high } = quantileRanks(
          n,
          quantile,
          0.95,
          effectiveSize(series.map((value) => (value < cut ? 1 : 0))),
        )
        if (name === 'p99' && low !== null && high !== null) finite99++
        if (low !== null && high !== null && inside({ low: sorted[low - 1]!, high: sorted[high - 1]! }, truths[name]))
          covered[name]++
      }
    }
    const least = 0.95 - 3 * Math.sqrt((0.95 * 0.05) / trials)
    for (const name of ['mean', 'p50', 'p90', 'rate'] as const)
      expect(covered[name] / trials, name).toBeGreaterThan(least)
    // An interval that always covers would say nothing.
    for (const name of ['mean', 'rate'] as const) expect(covered[name] / trials, name).toBeLessThan(0.99)
    if (n === 100) expect(finite99).toBe(0)
    else expect(covered.p99 / finite99).toBeGreaterThan(least)
  })
})

function inside({ low, high }: { low: number | null; high: number | null }, truth: number): boolean {
  return low !== null && high !== null && low <= truth && truth <= high
}

/** One request after another, each as long as its latency, counted in buckets of 0.1. */
function bucketed(latencies: Float64Array): number[] {
  const buckets: number[] = []
  let now = 0
  for (const latency of latencies) {
    now += latency
    const bucket = Math.floor(now / 0.1)
    while (buckets.length <= bucket) buckets.push(0)
    buckets[bucket]!++
  }
  return buckets
}

/** The cumulative binomial distribution, term by term. */
function summed(n: number, p: number): number[] {
  let logTerm = n * Math.log1p(-p)
  let sum = Math.exp(logTerm)
  const cdf = [sum]
  for (let k = 1; k <= n; k++) {
    logTerm += Math.log((n - k + 1) / k) + Math.log(p) - Math.log1p(-p)
    sum += Math.exp(logTerm)
    cdf.push(sum)
  }
  return cdf
}

/** Standard normal with lag-1 correlation ρ; random numbers of mulberry32 by Tommy Ettinger. */
function autoregressive(n: number, rho: number, seed: number): Float64Array {
  let state = seed * 0x9e3779b9
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  let value = normal()
  return Float64Array.from({ length: n }, () => {
    const now = value
    value = rho * value + Math.sqrt(1 - rho * rho) * normal()
    return now
  })
}
