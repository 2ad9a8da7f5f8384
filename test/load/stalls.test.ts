import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Stall, waitOfShare } from '../../src/load/stalls.ts'

/** The same by going through the moments one by one, a hundredth of a millisecond apart. */
function bySampling(stalls: readonly Stall[], elapsedMs: number, share: number): number {
  const waits = new Float64Array(Math.round(elapsedMs * 100))
  let at = 0
  for (const { ms, count } of stalls)
    for (let i = 0; i < count; i++) for (let rest = Math.round(ms * 100); rest > 0; rest--) waits[at++] = rest / 100
  return waits.sort()[Math.ceil(share * waits.length) - 1]!
}

describe('the wait of moments for an event loop', () => {
  it('counts a long stall by its length: ten of 240 ms in ten seconds are a quarter of the time, not a few firings', () => {
    // A share of 1 % of 10 s is 100 ms of moments: ten stalls' last x ms with 10 × (240 − x) = 100.
    expect(waitOfShare([{ ms: 240, count: 10 }], 10_000, 0.99)).toBeCloseTo(230, 9)
  })

  it('is nothing when the loop is late for less than the share that is left', () => {
    expect(waitOfShare([{ ms: 30, count: 3 }], 10_000, 0.99)).toBe(0)
    expect(waitOfShare([], 1000, 0.99)).toBe(0)
  })

  it('leaves out one or two short stalls, as any machine has them, but no long one', () => {
    expect(
      waitOfShare(
        [
          { ms: 30, count: 1 },
          { ms: 19, count: 1 },
        ],
        600,
        0.99,
      ),
    ).toBe(0)
    expect(waitOfShare([{ ms: 1000, count: 1 }], 10_000, 0.99)).toBeCloseTo(900, 9)
    expect(waitOfShare([{ ms: 49, count: 1 }], 600, 0.99)).toBe(0)
    // Of three the third counts: its 10 ms less the 6 that are 1 % of 600.
    expect(waitOfShare([{ ms: 10, count: 3 }], 600, 0.99)).toBeCloseTo(4, 9)
  })

  it('is what going through all moments gives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ms: fc.integer({ min: 51, max: 400 }), count: fc.integer({ min: 1, max: 4 }) }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.constantFrom(0.5, 0.9, 0.99),
        (drawn, share) => {
          const stalls = drawn.sort((a, b) => b.ms - a.ms)
          const elapsedMs = 500 + stalls.reduce((sum, { ms, count }) => sum + ms * count, 0)
          expect(waitOfShare(stalls, elapsedMs, share)).toBeCloseTo(bySampling(stalls, elapsedMs, share), 0)
        },
      ),
      { numRuns: 100, seed: 5 },
    )
  })
})
