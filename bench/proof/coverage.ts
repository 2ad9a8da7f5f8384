/** How often the 95 % intervals contain the truth: independent and autocorrelated, moderate and heavy-tailed latencies. */

import { evaluateThresholds, type ParsedThreshold, parseExpression } from '../../src/gates/index.ts'
import { normalQuantile } from '../../src/stats/index.ts'
import type { ProofOptions, ProofResult, ProofRow } from './row.ts'
import { percent } from './table.ts'
import { Recording, truthsOf, type World } from './world.ts'

const CONFIDENCE = 0.95
const LEAST = 0.93
const MOST = 0.98

/** Figures with an interval, and the truth of each in a world. */
const FIGURES: readonly { name: string; truth: (world: World) => number }[] = [
  { name: 'p50(latency)', truth: (world) => truthsOf(world).quantile(0) },
  { name: 'p90(latency)', truth: (world) => truthsOf(world).quantile(normalQuantile(0.1)) },
  { name: 'p99(latency)', truth: (world) => truthsOf(world).quantile(normalQuantile(0.01)) },
  { name: 'avg(latency)', truth: (world) => truthsOf(world).mean },
  { name: 'qps', truth: (world) => truthsOf(world).qps },
]

const THRESHOLDS: readonly ParsedThreshold[] = FIGURES.flatMap(({ name }) => parseExpression(`${name} >= 0`))

export const WORLDS: readonly World[] = [
  { cv: 0.3, rho: 0 },
  { cv: 0.3, rho: 0.3 },
  { cv: 1, rho: 0 },
  { cv: 1, rho: 0.3 },
]

export interface Coverage {
  name: string
  /** Trials in which the interval had two ends. */
  finite: number
  /** Of those, with the truth inside. */
  covered: number
  /** Mean number of samples that was said to be needed, in trials without two ends. */
  needed: number
}

/** @param n samples in each trial */
export function simulateCoverage(world: World, n: number, trials: number, seed: number): Coverage[] {
  const truths = FIGURES.map(({ truth }) => truth(world))
  const found = FIGURES.map(({ name }): Coverage => ({ name, finite: 0, covered: 0, needed: 0 }))
  for (let trial = 0; trial < trials; trial++) {
    const { view, timeline } = new Recording(world, seed * 1_000_000 + trial).extendTo(n)
    const results = evaluateThresholds(THRESHOLDS, view, { confidence: CONFIDENCE, timeline })
    for (const [i, { interval, samplesNeeded = 0 }] of results.entries()) {
      const [low, high] = interval!
      const figure = found[i]!
      if (low === null || high === null) figure.needed += samplesNeeded
      else {
        figure.finite++
        if (low <= truths[i]! && truths[i]! <= high) figure.covered++
      }
    }
  }
  for (const figure of found) figure.needed /= Math.max(1, trials - figure.finite)
  return found
}

export const coverage: ProofRow = {
  name: 'coverage of the 95 % intervals',
  target: '93 to 98 % wherever a finite interval exists',
  run({ seed, quick }: ProofOptions): ProofResult {
    const body: string[][] = []
    let least = 1
    let most = 0
    let met = true
    for (const world of WORLDS) {
      for (const [n, trials] of quick ? QUICK_SIZES : SIZES) {
        const figures = simulateCoverage(world, n, trials, seed)
        const cells = figures.map(({ finite, covered, needed }) => {
          if (finite === 0) return `none, needs ${Math.round(needed)}`
          const share = covered / finite
          // Few trials cannot tell 98.3 % from 98 %: a quick run is forgiven two standard errors of its own.
          const noise = quick ? 2 * Math.sqrt((share * (1 - share)) / finite) : 0
          if (share + noise < LEAST || share - noise > MOST) met = false
          least = Math.min(least, share)
          most = Math.max(most, share)
          return finite === trials ? percent(share) : `${percent(share)} of the ${finite} with two ends`
        })
        body.push([`${world.cv}`, `${world.rho}`, `${n}`, `${trials}`, ...cells])
      }
    }
    return {
      met,
      summary: `from ${percent(least)} to ${percent(most)} over ${body.length} worlds and sizes`,
      head: ['CV', 'lag-1', 'n', 'trials', ...FIGURES.map(({ name }) => name)],
      body,
    }
  },
}

/** The standard error of a share of 95 % is 0.3 % over 5,000 trials and 0.5 % over 2,000. */
const SIZES = [
  [100, 5000],
  [1000, 5000],
  [10_000, 2000],
] as const
const QUICK_SIZES = [
  [100, 1000],
  [1000, 1000],
] as const
