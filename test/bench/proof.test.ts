/** The proof in small: intervals cover the truth, and repeated looks do not fail a server that keeps to its limit. */
import { describe, expect, test } from 'vitest'
import { simulateCoverage, WORLDS } from '../../bench/proof/coverage.ts'
import { CLAIM_NAMES, claimOn, simulateLooks } from '../../bench/proof/repeatedLooks.ts'

/** Four standard errors of a share around its bound: one false alarm in some 10,000. */
const noise = (share: number, trials: number): number => 4 * Math.sqrt((share * (1 - share)) / trials)

describe.each(WORLDS)('coefficient of variation $cv, lag-1 correlation $rho', (world) => {
  test.each([
    [100, 200],
    [1000, 100],
  ])('intervals of %d samples contain the truth as often as they say', (n, trials) => {
    for (const { name, finite, covered, needed } of simulateCoverage(world, n, trials, 3)) {
      if (name === 'p99(latency)' && n === 100) {
        expect(finite).toBe(0)
        expect(needed).toBeGreaterThanOrEqual(368)
        continue
      }
      expect(finite / trials, name).toBeGreaterThan(0.9)
      expect(covered / finite, name).toBeGreaterThan(0.93 - noise(0.93, finite))
      // An interval that always holds the truth says nothing, but few trials cannot tell 98 % from all.
      expect(covered / finite, name).toBeLessThanOrEqual(Math.min(1, 0.98 + noise(0.98, finite)))
    }
  })
})

test('intervals are wrong about as often as they may be, and not far less', () => {
  const all = WORLDS.flatMap((world) => simulateCoverage(world, 400, 60, 5)).filter(
    ({ name }) => name !== 'p99(latency)',
  )
  const finite = all.reduce((sum, figure) => sum + figure.finite, 0)
  const covered = all.reduce((sum, figure) => sum + figure.covered, 0)
  expect(finite).toBeGreaterThan(900)
  expect(covered / finite).toBeGreaterThan(0.93)
  expect(covered / finite).toBeLessThan(0.98)
})

describe('however often a server is looked at', () => {
  test('one just inside its limit is failed in at most 5 % of runs, and by the figure alone time and again', () => {
    const trials = 20
    const found = CLAIM_NAMES.map((name) => simulateLooks(claimOn(name), { cv: 1, rho: 0.3 }, trials, 3))
    const sum = (pick: (looks: (typeof found)[number]) => number): number =>
      found.reduce((total, looks) => total + pick(looks), 0) / (trials * found.length)
    expect(sum(({ verdicts }) => verdicts.fail)).toBeLessThanOrEqual(0.05)
    expect(sum(({ figureFails }) => figureFails)).toBeGreaterThan(0.3)
  })

  test('one that is clearly over it is failed', () => {
    const slower = { key: 'avg(latency)', condition: () => '<= 400 ms' }
    const { verdicts } = simulateLooks(slower, { cv: 0.3, rho: 0.3 }, 5, 3)
    expect(verdicts.fail).toBe(5)
  })
})
