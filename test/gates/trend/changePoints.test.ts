import { describe, expect, test } from 'vitest'
import { changePoints, isRegression, splitStatistics, trendOf } from '../../../src/gates/index.ts'
import { normal, seeded } from '../../../src/random/index.ts'

/** Noise of 2 % around a level that shifts at the given places. */
function series(seed: number, ...levels: [length: number, level: number][]): number[] {
  const random = seeded(seed)
  return levels.flatMap(([length, level]) => Array.from({ length }, () => level * (1 + 0.02 * normal(random))))
}

test('the statistic of each split is the one computed by hand', () => {
  // {0} | {0, 1, 1}: 2 · 2/3 − 0 − 2/3, times 3/4; {0, 0} | {1, 1}: 2, times 1.
  const expected = [0, 0.5, 2, 0.5, 0]
  splitStatistics([0, 0, 1, 1]).forEach((statistic, i) => {
    expect(statistic).toBeCloseTo(expected[i]!, 12)
  })
})

describe('change points', () => {
  test('are found where a series breaks, within one result', () => {
    let exact = 0
    for (let seed = 1; seed <= 40; seed++) {
      const found = changePoints(series(seed, [15, 100], [15, 108]), { permutations: 199 })
      expect(found.length, `seed ${seed}`).toBeGreaterThanOrEqual(1)
      if (found.some(({ index }) => Math.abs(index - 15) <= 1)) exact++
    }
    expect(exact).toBeGreaterThanOrEqual(38)
  })

  test('are found at each of several breaks', () => {
    const found = changePoints(series(3, [12, 100], [12, 120], [12, 105]))
    expect(found.map(({ index }) => index)).toEqual([12, 24])
  })

  test('are found in noise alone no oftener than the significance says', () => {
    let alarms = 0
    for (let seed = 1; seed <= 200; seed++)
      if (changePoints(series(seed, [20, 100]), { permutations: 99 }).length > 0) alarms++
    // 10 of 200 are expected; more than 20 would come once in a thousand times.
    expect(alarms).toBeLessThanOrEqual(20)
    expect(alarms).toBeGreaterThan(0)
  })

  test('one outlier is none, a lasting change of the same size is', () => {
    const calm = series(5, [20, 100])
    expect(changePoints(calm)).toEqual([])
    expect(changePoints(calm.with(10, 130))).toEqual([])
    expect(changePoints([...calm, ...series(6, [6, 130])]).map(({ index }) => index)).toEqual([20])
  })

  test('there are none in a constant, a short or an empty series', () => {
    expect(changePoints(Array.from({ length: 30 }, () => 7))).toEqual([])
    expect(changePoints([1, 2, 3, 4, 5])).toEqual([])
    expect(changePoints([])).toEqual([])
  })

  test('are the same at each look', () => {
    const values = series(9, [10, 100], [10, 104])
    expect(changePoints(values)).toEqual(changePoints(values))
  })
})

describe('a trend', () => {
  const worse = trendOf(series(2, [15, 100], [15, 110]))

  test('has its stretches and the last change', () => {
    expect(worse.stretches.map(({ from, to }) => [from, to])).toEqual([
      [0, 15],
      [15, 30],
    ])
    expect(worse.lastChange).toBeGreaterThan(0.08)
    expect(worse.lastChange).toBeLessThan(0.12)
  })

  test('is a regression in the direction that is worse, beyond the tolerance', () => {
    const within = { scale: 'relative', value: 0.2 } as const
    const beyond = { scale: 'relative', value: 0.05 } as const
    expect(isRegression(worse, { worse: 'higher', tolerance: beyond })).toBe(true)
    expect(isRegression(worse, { worse: 'higher', tolerance: within })).toBe(false)
    expect(isRegression(worse, { worse: 'lower', tolerance: beyond })).toBe(false)
    expect(isRegression(worse, { worse: 'higher', tolerance: { scale: 'absolute', value: 5 } })).toBe(true)
    expect(isRegression(trendOf([1, 2, 3]), { worse: 'higher', tolerance: beyond })).toBe(false)
  })
})
