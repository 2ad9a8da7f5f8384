/** Statistics against SciPy 1.17.1: beside each value stands the call that it came from. */
import { describe, expect, test } from 'vitest'
import {
  binomialCdf,
  hodgesLehmann,
  normalInterval,
  normalQuantile,
  overdispersion,
  quantileRanks,
  shareDifference,
  signedRankCritical,
  signFlipTail,
  studentTCdf,
  studentTQuantile,
  wilsonInterval,
} from '../../src/stats/index.ts'

describe('distributions', () => {
  test.each([
    // scipy.stats.t.isf(tail, df)
    [0.025, 3, 3.1824463052837086],
    [0.025, 7, 2.3646242515927844],
    [0.005, 49, 2.6799519736315522],
    [0.001, 999, 3.0984103617533125],
  ])('t of tail %d with %d degrees of freedom', (tail, df, t) => {
    expect(studentTQuantile(tail, df)).toBeCloseTo(t, 9)
  })

  test.each([
    // scipy.stats.t.cdf(t, df)
    [-1.3, 4, 0.13172579823561206],
    [0.7, 11, 0.7507677671528018],
    [2.5, 99, 0.9929687015394255],
  ])('P(T <= %d) with %d degrees of freedom', (t, df, cdf) => {
    expect(studentTCdf(t, df)).toBeCloseTo(cdf, 11)
  })

  test.each([
    // scipy.stats.norm.isf(tail)
    [0.1, 1.2815515655446004],
    [0.025, 1.9599639845400545],
    [0.0005, 3.2905267314918945],
    [1e-6, 4.753424308822899],
  ])('z of tail %d', (tail, z) => {
    expect(normalQuantile(tail)).toBeCloseTo(z, 8)
  })

  test.each([
    // scipy.stats.binom.cdf(k, n, p)
    [3, 17, 0.2, 0.5488762045857789],
    [989, 1000, 0.99, 0.4169591966989028],
    [9, 400, 0.01, 0.992196414079438],
  ])('P(K <= %d) of %d trials at %d', (k, n, p, cdf) => {
    expect(binomialCdf(k, n, p)).toBeCloseTo(cdf, 11)
  })
})

test.each([
  // scipy.stats.binomtest(k, n).proportion_ci(confidence, method='wilson')
  [7, 50, 0.95, 0.06950833427016292, 0.26186193710585537],
  [0, 12, 0.9, 0, 0.18398119474747693],
  [990, 1000, 0.99, 0.9780707139163345, 0.9954699444783268],
])('the share of %d of %d at %d', (k, n, confidence, low, high) => {
  const interval = wilsonInterval(k / n, n, confidence)
  expect(interval.low).toBeCloseTo(low, 11)
  expect(interval.high).toBeCloseTo(high, 11)
})

test.each([
  // scipy.stats.quantile_test(range(1, n + 1), q=0, p=quantile).confidence_interval(0.95)
  [200, 0.9, 171, 189],
  [37, 0.5, 13, 25],
  [120, 0.75, 80, 100],
  [1000, 0.99, 983, 997],
])('of %d samples, quantile %d lies between ranks %d and %d', (n, quantile, low, high) => {
  expect(quantileRanks(n, quantile, 0.95)).toEqual({ low, high })
})

test('the interval of a normal mean', () => {
  // scipy.stats.norm.interval(0.9, loc=50, scale=8/20)
  const { low, high } = normalInterval(50, 8, 400, 0.9)
  expect(low).toBeCloseTo(49.34205854921941, 9)
  expect(high).toBeCloseTo(50.65794145078059, 9)
})

test('the scatter of a share between stretches', () => {
  // scipy.stats.chi2_contingency([hits, misses], correction=False).statistic / 4
  expect(overdispersion([4, 9, 6, 1, 8], [20, 25, 22, 18, 15])).toBeCloseTo(2.6768177809844476, 10)
})

test.each([
  // Newcombe (1998), Statistics in Medicine 17, 873–890, table II (a), method 10: 56/70 − 48/80 is 0.0524 to 0.3339.
  // The digits: proportion_ci(0.95, method='wilson') of both, put together by hand.
  [48, 80, 56, 70, 0.05243147240236484, 0.3338726540369059],
  [56, 70, 48, 80, -0.3338726540369059, -0.05243147240236484],
])('the difference from %d of %d to %d of %d', (hitsBefore, before, hitsAfter, after, low, high) => {
  const shift = shareDifference({ hits: [hitsBefore], totals: [before] }, { hits: [hitsAfter], totals: [after] }, 0.95)
  expect(shift.estimate).toBeCloseTo(hitsAfter / after - hitsBefore / before, 12)
  expect(shift.low).toBeCloseTo(low, 11)
  expect(shift.high).toBeCloseTo(high, 11)
})

test('a burst of failures in one block widens the difference of two shares', () => {
  const calm = { hits: Array(10).fill(10), totals: Array(10).fill(10) }
  const spread = { hits: Array(10).fill(9), totals: Array(10).fill(10) }
  const burst = { hits: [0, ...Array(9).fill(10)], totals: Array(10).fill(10) }
  const width = (side: typeof calm): number => {
    const { low, high } = shareDifference(calm, side, 0.95)
    return high! - low!
  }
  expect(width(burst)).toBeGreaterThan(2 * width(spread))
})

describe('paired differences', () => {
  test('signed ranks are unlikely enough up to the same sum', () => {
    // WilcoxonDistribution(12).cdf: P(W <= 13) = 0.02124, P(W <= 14) = 0.02612
    expect(signedRankCritical(12, 0.025)).toBe(13)
    // WilcoxonDistribution(30).cdf: 137: 0.02486, 138: 0.02613; 109: 0.00497, 110: 0.00530
    expect([0.025, 0.005].map((tail) => signedRankCritical(30, tail))).toEqual([137, 109])
  })

  test('the shift is the median of the averages of two, its ends the 14th of them from either side', () => {
    // w = sorted((d[i] + d[j]) / 2 for i in range(12) for j in range(i, 12)); numpy.median(w), w[13], w[-14]
    const differences = Float64Array.of(0.62, -0.11, 1.3, 0.44, -0.73, 2.05, 0.9, 0.18, -0.36, 1.71, 0.27, 0.05)
    const { estimate, low, high } = hodgesLehmann(differences, 0.95)
    expect(estimate).toBeCloseTo(0.4725, 12)
    expect(low).toBeCloseTo(-0.045, 12)
    expect(high).toBeCloseTo(1.1, 12)
  })

  test('random signs', () => {
    // permutation_test((v,), numpy.sum, permutation_type='samples', alternative='greater', n_resamples=inf).pvalue
    expect(signFlipTail([0.5, 1.25, -0.75, 2.5, 1, -0.25, 3, 0.8])).toBeCloseTo(0.03125, 12)
  })
})
