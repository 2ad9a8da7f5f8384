/** The statistics of a comparison against published tables and examples, and against enumeration. */

import { describe, expect, test } from 'vitest'
import { normal, seeded } from '../../src/random/index.ts'
import {
  average,
  grouped,
  groupSize,
  hodgesLehmann,
  hodgesLehmannShift,
  looksOf,
  quantileShift,
  shiftOfRatio,
  signedRankCritical,
  signFlipTail,
} from '../../src/stats/index.ts'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** All 2ⁿ sign vectors. */
function* signs(n: number): Generator<number[]> {
  for (let bits = 0; bits < 2 ** n; bits++) yield Array.from({ length: n }, (_, i) => ((bits >> i) & 1 ? 1 : -1))
}

describe("Wilcoxon's signed-rank statistic", () => {
  // Any table of it, for instance Siegel, "Nonparametric Statistics", table G: two-sided 0.05, 0.02 and 0.01.
  test.each([
    [5, -1, -1, -1],
    [6, 0, -1, -1],
    [7, 2, 0, -1],
    [8, 3, 1, 0],
    [9, 5, 3, 1],
    [10, 8, 5, 3],
    [15, 25, 19, 15],
    [20, 52, 43, 37],
    [25, 89, 76, 68],
  ])('of %d differences, %d, %d and %d are the largest sums that are unlikely enough', (n, five, two, one) => {
    expect([0.025, 0.01, 0.005].map((tail) => signedRankCritical(n, tail))).toEqual([five, two, one])
  })

  test('equals the enumeration of all signs', () => {
    for (let n = 1; n <= 11; n++) {
      const sums = [...signs(n)].map((vector) => sum(vector.map((sign, i) => (sign > 0 ? i + 1 : 0))))
      for (const tail of [0.001, 0.025, 0.1, 0.25]) {
        const critical = signedRankCritical(n, tail)
        const share = (limit: number): number => sums.filter((value) => value <= limit).length / sums.length
        expect(share(critical)).toBeLessThanOrEqual(tail)
        expect(share(critical + 1)).toBeGreaterThan(tail)
      }
    }
  })

  test('beyond what is counted out, the normal approximation differs by less than 0.2 %, to the safe side', () => {
    const n = 201
    let counts = [1]
    for (let rank = 1; rank <= n; rank++) {
      const next = Array<number>(counts.length + rank).fill(0)
      for (const [w, share] of counts.entries()) {
        next[w]! += share / 2
        next[w + rank]! += share / 2
      }
      counts = next
    }
    for (const tail of [0.025, 0.005]) {
      let exact = -1
      for (let below = counts[0]!; below <= tail; below += counts[exact + 1]!) exact++
      const near = signedRankCritical(n, tail)
      expect(near).toBeLessThanOrEqual(exact)
      expect(near).toBeGreaterThan(exact * 0.998)
    }
  })
})

describe('the Hodges–Lehmann shift', () => {
  // Hollander and Wolfe, "Nonparametric Statistical Methods", examples 3.1, 3.3 and 3.4: depression scores of nine
  // patients before and after a tranquilizer; estimate −0.46, 96.1 % interval from −0.786 to −0.010.
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
  const depression = Float64Array.from(after, (value, i) => value - before[i]!)

  test('of a published example', () => {
    const { estimate, low, high } = hodgesLehmann(depression, 0.95)
    expect(estimate).toBeCloseTo(-0.46, 10)
    expect(low).toBeCloseTo(-0.786, 10)
    expect(high).toBeCloseTo(-0.01, 10)
  })

  test('by hand: of 1, 2 and 6 the averages are 1, 1.5, 2, 3.5, 4, 6, whose median is 2.75', () => {
    expect(hodgesLehmannShift(Float64Array.of(6, 1, 2))).toBe(2.75)
    expect(hodgesLehmann(Float64Array.of(6, 1, 2), 0.95)).toEqual({ estimate: 2.75, low: null, high: null })
    // Of six, P(all of one sign) = 2/64 < 5 %: the interval goes from the smallest to the largest.
    expect(hodgesLehmann(Float64Array.of(3, 1, 2, 9, 4, 5), 0.95)).toMatchObject({ low: 1, high: 9 })
  })

  test('its interval is the set of shifts that the test itself, by enumeration, does not reject', () => {
    const random = seeded(5)
    for (const n of [6, 8, 10]) {
      const differences = Float64Array.from({ length: n }, () => 0.3 + normal(random))
      const { low, high } = hodgesLehmann(differences, 0.9)
      for (const [shift, isInside] of [
        [low! - 1e-9, false],
        [low! + 1e-9, true],
        [high! - 1e-9, true],
        [high! + 1e-9, false],
      ] as const)
        expect(pOfSignedRanks(differences, shift) > 0.1).toBe(isInside)
    }
  })

  test('one outlier among many moves it little', () => {
    const values = Float64Array.from({ length: 21 }, (_, i) => i / 20)
    const wild = Float64Array.from(values, (value, i) => (i === 20 ? 1e6 : value))
    expect(Math.abs(hodgesLehmann(wild, 0.95).estimate - hodgesLehmann(values, 0.95).estimate)).toBeLessThan(0.06)
  })
})

/** Two-sided p of Wilcoxon's test of a shift, over all signs. */
function pOfSignedRanks(differences: Float64Array, shift: number): number {
  const moved = Array.from(differences, (value) => value - shift)
  const sizes = moved.map(Math.abs).sort((a, b) => a - b)
  const ranks = moved.map((value) => sizes.indexOf(Math.abs(value)) + 1)
  const positive = sum(ranks.filter((_, i) => moved[i]! > 0))
  const all = [...signs(moved.length)].map((vector) => sum(ranks.filter((_, i) => vector[i]! > 0)))
  const tail = (test: (value: number) => boolean): number => all.filter(test).length / all.length
  return (
    2 *
    Math.min(
      tail((value) => value <= positive),
      tail((value) => value >= positive),
    )
  )
}

describe('the test by random signs', () => {
  test('equals the enumeration of all signs, for whole and other numbers', () => {
    for (const values of [
      [1, -2, 3, 0, 5, -1],
      [4, 4, 4, 4, 4],
      [-3, -1, -2],
      [0.5, 1.25, -0.75, 2.5, 1, -0.25, 3],
    ]) {
      const all = [...signs(values.length)].map((vector) => sum(vector.map((sign, i) => sign * Math.abs(values[i]!))))
      const expected = all.filter((value) => value >= sum(values) - 1e-9).length / all.length
      expect(signFlipTail(values)).toBeCloseTo(expected, 12)
    }
  })

  test('of nothing, nothing follows', () => {
    expect(signFlipTail([])).toBe(1)
    expect(signFlipTail([0, 0, 0])).toBe(1)
  })
})

describe('the shift of a quantile', () => {
  const blocks = (count: number, size: number, shift: number, seed = 1) => {
    const random = seeded(seed)
    const draw = (mean: number): Float64Array => Float64Array.from({ length: size }, () => mean + normal(random))
    return Array.from({ length: count }, () => ({ baseline: draw(0), candidate: draw(shift) }))
  }

  test('is that of the samples, and lies in its interval', () => {
    const measured = blocks(20, 50, 1)
    const at = (values: number[], p: number): number => values.sort((a, b) => a - b)[Math.floor(p * values.length)]!
    const { estimate, low, high } = quantileShift(measured, 0.9, 0.95)
    expect(estimate).toBe(
      at(
        measured.flatMap(({ candidate }) => [...candidate]),
        0.9,
      ) -
        at(
          measured.flatMap(({ baseline }) => [...baseline]),
          0.9,
        ),
    )
    expect(low!).toBeLessThan(estimate)
    expect(high!).toBeGreaterThan(estimate)
    // Two standard errors of the difference of two 90th percentiles of 1,000 normal samples are 0.153.
    expect(high! - low!).toBeGreaterThan(0.2)
    expect(high! - low!).toBeLessThan(0.45)
  })

  test('moves with the candidate, and turns round with the sides', () => {
    const measured = blocks(12, 30, 0.5)
    const { low, high } = quantileShift(measured, 0.75, 0.95)
    const moved = measured.map(({ baseline, candidate }) => ({
      baseline,
      candidate: candidate.map((value) => value + 2),
    }))
    const further = quantileShift(moved, 0.75, 0.95)
    expect(further.low! - low!).toBeCloseTo(2, 6)
    expect(further.high! - high!).toBeCloseTo(2, 6)
  })

  test('has no end where too few samples lie beyond the quantile', () => {
    // Of 2 × 100 samples two lie beyond p99: even both on one side is chance.
    const { low, high } = quantileShift(blocks(10, 10, 5), 0.99, 0.95)
    expect([low, high]).toEqual([null, null])
    expect(quantileShift(blocks(10, 100, 5), 0.99, 0.95).low).toBeGreaterThan(3)
  })

  test('a cluster of slow requests in one block is one event, not many', () => {
    const measured = blocks(12, 50, 0)
    measured[3]!.candidate.fill(50, 0, 30)
    expect(quantileShift(measured, 0.95, 0.95).low!).toBeLessThanOrEqual(0)
  })

  test('of equal constant values is 0', () => {
    const constant = { baseline: Float64Array.of(5, 5, 5, 5), candidate: Float64Array.of(5, 5, 5, 5) }
    const { estimate, low, high } = quantileShift(Array(10).fill(constant), 0.9, 0.95)
    expect(estimate).toBe(0)
    expect(low ?? 0).toBeLessThanOrEqual(0)
    expect(high ?? 0).toBeGreaterThanOrEqual(0)
  })
})

describe('the ratio of two rates', () => {
  const rates = (baseline: number, candidate: number) => ({
    baseline: { amount: baseline, base: 1 },
    candidate: { amount: candidate, base: 1 },
  })

  test('without scatter is the ratio itself', () => {
    expect(shiftOfRatio(Array(8).fill(rates(10, 9)), 'ratio', 0.95)).toEqual({
      estimate: Math.log(0.9),
      low: Math.log(0.9),
      high: Math.log(0.9),
    })
    expect(shiftOfRatio(Array(8).fill(rates(10, 9)), 'difference', 0.95)).toMatchObject({ low: -1, high: -1 })
  })

  test('is that of the sums, not the mean of ratios', () => {
    const pairs = Array.from({ length: 10 }, (_, i) =>
      i % 2 === 0
        ? { baseline: { amount: 10, base: 1 }, candidate: { amount: 20, base: 1 } }
        : { baseline: { amount: 90, base: 9 }, candidate: { amount: 90, base: 9 } },
    )
    // 10/s against (5 × 20 + 5 × 90) / 50 s = 11/s.
    expect(shiftOfRatio(pairs, 'ratio', 0.95).estimate).toBeCloseTo(Math.log(1.1), 12)
  })

  test('what both sides of a pair have in common does not widen the interval', () => {
    const random = seeded(3)
    const moods = Array.from({ length: 20 }, () => Math.exp(normal(random)))
    const paired = moods.map((mood) => rates(100 * mood, 95 * mood))
    const { low, high } = shiftOfRatio(paired, 'ratio', 0.95)
    expect(high! - low!).toBeLessThan(1e-9)
  })

  test('is seeded, and has no ends with fewer than six blocks', () => {
    const random = seeded(4)
    const pairs = Array.from({ length: 12 }, () => rates(10 + normal(random), 10 + normal(random)))
    expect(shiftOfRatio(pairs, 'ratio', 0.95)).toEqual(shiftOfRatio(pairs, 'ratio', 0.95))
    expect(shiftOfRatio(pairs.slice(0, 5), 'ratio', 0.95)).toMatchObject({ low: null, high: null })
  })

  test('covers the true ratio as often as it says: 400 comparisons of 12 skewed blocks', () => {
    let missed = 0
    for (let seed = 1; seed <= 400; seed++) {
      const random = seeded(seed)
      const skewed = (): number => Math.exp(0.4 * normal(random))
      const pairs = Array.from({ length: 12 }, () => rates(skewed(), 1.2 * skewed()))
      const { low, high } = shiftOfRatio(pairs, 'ratio', 0.95)
      if (!(low! <= Math.log(1.2) && Math.log(1.2) <= high!)) missed++
    }
    // 20 are expected; 32 and more, or 9 and fewer, have a chance of less than 1 %.
    expect(missed).toBeGreaterThan(9)
    expect(missed).toBeLessThan(32)
  })
})

describe('blocks that are alike', () => {
  const random = seeded(11)
  const noise = Array.from({ length: 48 }, () => normal(random))

  test('independent ones stay single, ones that come in episodes are joined until those are apart', () => {
    expect(groupSize(noise)).toBe(1)
    expect(groupSize(noise.map((value, i) => value / 3 + (Math.floor(i / 6) % 2)))).toBeGreaterThanOrEqual(4)
  })

  test('a disturbance as long as the comparison leaves too few to decide anything', () => {
    const half = Float64Array.from(noise, (value, i) => value / 10 + (i < 26 ? 1 : 0))
    const joined = grouped(half, groupSize(half), average)
    expect(hodgesLehmann(Float64Array.from(joined), 0.95).low).toBeNull()
  })

  test('alternating ones, as a drift makes them, are left: the interval is rather too wide', () => {
    expect(groupSize(noise.map((value, i) => value / 10 + (i % 2)))).toBe(1)
  })

  test('what is left over joins the last group', () => {
    expect(grouped([1, 2, 3, 4, 5, 6, 7], 3, average)).toEqual([2, 5.5])
  })
})

describe('repeated looks', () => {
  test('double the blocks up to the budget, and spend the error once', () => {
    const looks = looksOf(10, 40, 0.95)
    expect(looks.map(({ blocks }) => blocks)).toEqual([10, 20, 40])
    expect(looks.map(({ confidence }) => 1 - confidence)).toEqual(
      [0.0125, 0.0125, 0.025].map((a) => expect.closeTo(a, 12)),
    )
    expect(sum(looksOf(8, 100, 0.99).map(({ confidence }) => 1 - confidence))).toBeCloseTo(0.01, 12)
  })

  test('figures that are judged together share the error', () => {
    expect(looksOf(12, 12, 0.95, 5)).toEqual([{ blocks: 12, confidence: expect.closeTo(0.99, 12) }])
  })

  test('with one look nothing is spent on others; a last look just after another is left out', () => {
    expect(looksOf(12, 12, 0.95)).toEqual([{ blocks: 12, confidence: expect.closeTo(0.95, 12) }])
    expect(looksOf(10, 42, 0.95).map(({ blocks }) => blocks)).toEqual([10, 20, 42])
  })
})
