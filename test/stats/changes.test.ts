import { describe, expect, test } from 'vitest'
import { normal, seeded } from '../../src/random/index.ts'
import { absoluteChange, type Estimate, relativeChange } from '../../src/stats/index.ts'

const estimate = (value: number, low: number | null, high: number | null): Estimate => ({
  value,
  interval: { low, high },
})

describe('the change between two values', () => {
  test('has the interval that is computed by hand', () => {
    const before = estimate(100, 90, 110)
    const after = estimate(120, 114, 126)
    // ln 1.2 − √(ln²(120/114) + ln²(110/100)), ln 1.2 + √(ln²(126/120) + ln²(100/90))
    const { value, interval } = relativeChange(before, after)
    expect(value).toBeCloseTo(0.2, 12)
    expect(interval!.low).toBeCloseTo(0.0769, 4)
    expect(interval!.high).toBeCloseTo(0.3477, 4)
    // 20 ± √(6² + 10²)
    const absolute = absoluteChange(before, after)
    expect(absolute.value).toBe(20)
    expect(absolute.interval!.low).toBeCloseTo(20 - Math.sqrt(136), 9)
    expect(absolute.interval!.high).toBeCloseTo(20 + Math.sqrt(136), 9)
  })

  test('has no end where one of the values has none on that side', () => {
    expect(relativeChange(estimate(100, 90, null), estimate(100, 90, 110)).interval!.low).toBe(-1)
    expect(relativeChange(estimate(100, 90, null), estimate(100, 90, 110)).interval!.high).toBeCloseTo(0.1528, 3)
    expect(relativeChange(estimate(100, 90, 110), estimate(100, 90, null)).interval!.high).toBeNull()
    expect(absoluteChange(estimate(100, null, 110), estimate(100, 90, 110)).interval!.high).toBeNull()
  })

  test('has no interval where a value came without one', () => {
    const bare: Estimate = { value: 100, interval: undefined }
    expect(relativeChange(bare, estimate(110, 100, 120))).toEqual({ value: 110 / 100 - 1, interval: undefined })
    expect(absoluteChange(estimate(110, 100, 120), bare).interval).toBeUndefined()
  })

  test('covers the true ratio of two means as often as its confidence says', () => {
    const random = seeded(7)
    const n = 50
    const sample = (mean: number): Estimate => {
      const values = Array.from({ length: n }, () => mean * (1 + 0.3 * normal(random)))
      const average = values.reduce((sum, value) => sum + value, 0) / n
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (n - 1))
      // Student's t for 49 degrees of freedom at 95 %.
      const reach = (2.0096 * deviation) / Math.sqrt(n)
      return estimate(average, average - reach, average + reach)
    }
    let covered = 0
    for (let i = 0; i < 2000; i++) {
      const { low, high } = relativeChange(sample(100), sample(110)).interval!
      if (low! <= 0.1 && 0.1 <= high!) covered++
    }
    // Three standard errors of a share of 0.95 over 2,000 are 0.015.
    expect(covered / 2000).toBeGreaterThan(0.935)
    expect(covered / 2000).toBeLessThan(0.965)
  })
})
