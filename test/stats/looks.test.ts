/** How the error is shared among repeated looks. */

import { expect, test } from 'vitest'
import { LOOK_GROWTH, lookConfidence, looksUpTo } from '../../src/stats/index.ts'

test('a single look has all of the error', () => {
  expect(lookConfidence(0.95, { number: 1, of: 1 })).toBeCloseTo(0.95, 12)
})

test('the shares of all looks add up to the error, be their number known or not', () => {
  const spent = (of: number, looks: number): number =>
    Array.from({ length: looks }, (_, i) => 1 - lookConfidence(0.95, { number: i + 1, of })).reduce((a, b) => a + b, 0)
  expect(spent(2, 2)).toBeCloseTo(0.05, 12)
  expect(spent(7, 7)).toBeCloseTo(0.05, 12)
  // The tail of the sum of 1/k² beyond m is 1/m to first order.
  expect(spent(Number.POSITIVE_INFINITY, 10_000)).toBeCloseTo(0.05 * (1 - (6 / Math.PI ** 2) * 1e-4), 8)
})

test('earlier looks have more of it: of three, 36, 9 and 4 parts of 49', () => {
  for (const [i, parts] of [36, 9, 4].entries())
    expect(1 - lookConfidence(0.9, { number: i + 1, of: 3 })).toBeCloseTo((0.1 * parts) / 49, 12)
})

test('looks are counted ahead where their number is bounded', () => {
  // At 200, 300, 450, 675 and 1,000.
  expect(LOOK_GROWTH).toBe(1.5)
  expect(looksUpTo(200, 1000)).toBe(5)
  expect(looksUpTo(200, 200)).toBe(1)
  expect(looksUpTo(200, 201)).toBe(2)
  expect(looksUpTo(200, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
})
