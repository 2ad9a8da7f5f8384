/** The search against simulated servers whose capacity is known, because they are nothing else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bestLevel, highestHolding, nextForLimit, nextForOptimum, type SearchRange } from '../../../src/gates/index.ts'

const RANGE: SearchRange = { start: 1, lower: 1, upper: 65_536 }

/** Asks until the search is done. */
function search(holds: (level: number) => boolean, range: SearchRange): { tried: number[]; found: number | undefined } {
  const seen = new Map<number, boolean>()
  for (let next = nextForLimit(seen, range); next !== undefined; next = nextForLimit(seen, range)) {
    if (seen.has(next)) throw new Error(`asked twice for ${next}`)
    seen.set(next, holds(next))
  }
  return { tried: [...seen.keys()], found: highestHolding(seen) }
}

function optimise(
  value: (level: number) => number | null,
  range: SearchRange,
  mode: 'max' | 'min',
): { tried: number[]; found: number | undefined } {
  const seen = new Map<number, number | null>()
  for (let next = nextForOptimum(seen, range, mode); next !== undefined; next = nextForOptimum(seen, range, mode)) {
    if (seen.has(next)) throw new Error(`asked twice for ${next}`)
    seen.set(next, value(next))
  }
  return { tried: [...seen.keys()], found: bestLevel(seen, mode) }
}

describe('the search for a limit', () => {
  test('doubles until a level breaks, then bisects', () => {
    expect(search((level) => level <= 5, { ...RANGE, start: 2 })).toEqual({ tried: [2, 4, 8, 6, 5], found: 5 })
  })

  test('halves where the start is broken already', () => {
    expect(search((level) => level <= 5, { ...RANGE, start: 40 })).toEqual({
      tried: [40, 20, 10, 5, 7, 6],
      found: 5,
    })
  })

  test('finds nothing where the lower bound breaks, and goes no lower', () => {
    expect(search(() => false, { start: 16, lower: 3, upper: 64 })).toEqual({ tried: [16, 8, 4, 3], found: undefined })
  })

  test('ends at the upper bound, also where it is no doubling of the start', () => {
    expect(search(() => true, { start: 3, lower: 1, upper: 40 })).toEqual({ tried: [3, 6, 12, 24, 40], found: 40 })
    expect(search((level) => level <= 39, { start: 3, lower: 1, upper: 40 }).found).toBe(39)
  })

  test('a range of one level is tried once', () => {
    expect(search(() => true, { start: 7, lower: 7, upper: 7 })).toEqual({ tried: [7], found: 7 })
    expect(search(() => false, { start: 7, lower: 7, upper: 7 })).toEqual({ tried: [7], found: undefined })
  })

  test('finds every capacity from every start, in about twice its logarithm of steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_536 }), fc.integer({ min: 1, max: 65_536 }), (capacity, start) => {
        const { tried, found } = search((level) => level <= capacity, { ...RANGE, start })
        expect(found).toBe(capacity)
        expect(tried.length).toBeLessThanOrEqual(2 * 16 + 2)
        expect(Math.max(...tried)).toBeLessThanOrEqual(65_536)
      }),
    )
  })

  test('a level that held above a broken one is luck, not capacity', () => {
    const seen = new Map([
      [8, true],
      [4, false],
      [2, true],
    ])
    expect(highestHolding(seen)).toBe(2)
    expect(nextForLimit(seen, RANGE)).toBe(3)
  })
})

describe('the search for an optimum', () => {
  test('finds the peak of a server that is overloaded beyond it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 4096 }),
        fc.constantFrom('max', 'min'),
        (peak, start, mode) => {
          const sign = mode === 'max' ? 1 : -1
          const value = (level: number): number => sign * (level <= peak ? level : peak - (level - peak) / 2)
          expect(optimise(value, { start, lower: 1, upper: 4096 }, mode).found).toBe(peak)
        },
      ),
    )
  })

  test('ends at the bounds', () => {
    expect(optimise((level) => level, { start: 3, lower: 1, upper: 20 }, 'max')).toEqual({
      tried: [3, 6, 12, 20, 16, 18, 19],
      found: 20,
    })
    expect(optimise((level) => level, { start: 3, lower: 2, upper: 20 }, 'min').found).toBe(2)
  })

  test('a level with failed requests is never the best', () => {
    expect(optimise((level) => (level > 5 ? null : level), { start: 4, lower: 1, upper: 64 }, 'max').found).toBe(5)
    expect(optimise((level) => (level > 5 ? null : level), { start: 32, lower: 1, upper: 64 }, 'max').found).toBe(5)
    expect(optimise(() => null, { start: 8, lower: 1, upper: 64 }, 'max').found).toBeUndefined()
  })

  test('of equal values the lightest load is best', () => {
    expect(
      bestLevel(
        new Map([
          [8, 5],
          [4, 5],
          [2, 3],
        ]),
        'max',
      ),
    ).toBe(4)
  })
})
