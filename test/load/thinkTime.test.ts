import { describe, expect, it } from 'vitest'
import { resolveConfig, type ThinkTime } from '../../src/config/index.ts'
import { drawThinkTime } from '../../src/load/thinkTime.ts'
import { seeded } from '../../src/random/index.ts'

const N = 20_000
function draws(model: ThinkTime): { mean: number; deviation: number; values: number[] } {
  const random = seeded(3)
  const values = Array.from({ length: N }, () => drawThinkTime(model, random))
  const mean = values.reduce((sum, value) => sum + value, 0) / N
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / N), values }
}

describe('think time', () => {
  it('a number, or a constant, is always itself', () => {
    expect(new Set(draws(250).values)).toEqual(new Set([250]))
    expect(new Set(draws({ kind: 'constant', meanMs: 7 }).values)).toEqual(new Set([7]))
  })

  // Five standard errors of the mean of 20,000 draws; the deviation of a uniform is width/√12, of an exponential its mean.
  it.each<[ThinkTime, number, number]>([
    [{ kind: 'uniform', minMs: 100, maxMs: 300 }, 200, 200 / Math.sqrt(12)],
    [{ kind: 'exponential', meanMs: 500 }, 500, 500],
    [{ kind: 'normal', meanMs: 1000, stddevMs: 50 }, 1000, 50],
    [{ kind: 'lognormal', meanMs: 400, stddevMs: 100 }, 400, 100],
  ])('%j has its mean and deviation', (model, mean, deviation) => {
    const drawn = draws(model)
    expect(Math.abs(drawn.mean - mean)).toBeLessThan((5 * deviation) / Math.sqrt(N))
    expect(Math.abs(drawn.deviation / deviation - 1)).toBeLessThan(0.05)
    expect(Math.min(...drawn.values)).toBeGreaterThanOrEqual(0)
  })

  it('is never negative, and a log-normal of mean 0 is 0', () => {
    expect(Math.min(...draws({ kind: 'normal', meanMs: 1, stddevMs: 10 }).values)).toBe(0)
    expect(drawThinkTime({ kind: 'lognormal', meanMs: 0, stddevMs: 5 }, seeded(1))).toBe(0)
  })

  it.each([[-1], [{ kind: 'uniform', minMs: 3, maxMs: 2 }], [{ kind: 'gauss', meanMs: 1 }], [{ meanMs: 1 }]])(
    '%j is refused by name',
    (thinkTime) => {
      expect(() => resolveConfig({ thinkTime })).toThrow('option "thinkTime')
    },
  )
})
