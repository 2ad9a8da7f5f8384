/** What the error of a timestamp leaves open, by hand-computed values. */
import { describe, expect, test } from 'vitest'
import { idleShare, longest, shortest } from '../../src/stats/index.ts'

describe('the error of a timestamp', () => {
  test('a time from a moment of our own may be shorter by it, and is never nothing', () => {
    expect(shortest(100, 30)).toBe(70)
    expect(shortest(100, 0)).toBe(100)
    expect(shortest(100, Number.NaN)).toBe(100)
    expect(shortest(5, 30)).toBe(0.001)
    expect(shortest(0, 30)).toBe(0)
  })

  test('a difference may be longer by the error of its start', () => {
    expect(longest(10, 4)).toBe(14)
    expect(longest(0, 4)).toBe(4)
    expect(longest(10, Number.NaN)).toBe(10)
  })
})

describe('the idle share of a closed loop', () => {
  test('ends seen late and starts beyond the median turnaround, over the time of all connections', () => {
    // Median 1; beyond it 4 and 9 less 1 each: 3 + 8 = 11. Five ends late by 2 each: 10. 21 of 4 × 100.
    expect(idleShare({ meanEndErrorMs: 2, turnaroundsMs: [1, 4, 1, 9, 0.5], connectionMs: 400 })).toBeCloseTo(
      21 / 400,
      12,
    )
  })

  test('a punctual client keeps nothing back', () => {
    expect(idleShare({ meanEndErrorMs: 0, turnaroundsMs: [0.2, 0.2, 0.2], connectionMs: 100 })).toBe(0)
    expect(idleShare({ meanEndErrorMs: 5, turnaroundsMs: [], connectionMs: 100 })).toBe(0)
  })
})
