import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { levelsOf } from '../../src/load/levels.ts'
import { moreThreads, threadsFor } from '../../src/run/workers.ts'

const levels = (config: object) => levelsOf(resolveConfig(config))

describe('the number of load threads', () => {
  it.each([
    [{ parallel: 1 }, 1],
    [{ parallel: 500 }, 1],
    [{ parallel: [1, 501] }, 2],
    [{ rate: 9000, parallel: 10 }, 3],
    [{ parallel: 100_000 }, 7],
    [{ executor: 'ramping-concurrency', stages: [{ duration: 1, target: 1200 }] }, 3],
  ])('for %j on seven free cores is %i', (config, threads) => {
    expect(threadsFor(levels(config), 7)).toBe(threads)
  })

  it('grows after a level that it could not carry, while there are cores, and unless it was asked for', () => {
    expect(moreThreads(1, { asked: 'auto', spare: 7, overloaded: true })).toBe(2)
    expect(moreThreads(4, { asked: 'auto', spare: 7, overloaded: true })).toBe(7)
    expect(moreThreads(7, { asked: 'auto', spare: 7, overloaded: true })).toBeUndefined()
    expect(moreThreads(1, { asked: 'auto', spare: 7, overloaded: false })).toBeUndefined()
    expect(moreThreads(1, { asked: 1, spare: 7, overloaded: true })).toBeUndefined()
  })
})
