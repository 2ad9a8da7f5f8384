/** What the statistics of a comparison find and let pass, on simulated servers; the full proof is in bench/proof. */
import { describe, expect, test } from 'vitest'
import { drawBlocks, type LatencyModel } from '../../../bench/proof/latencies.ts'
import { judgeComparison, parseComparison } from '../../../src/gates/index.ts'
import { seeded } from '../../../src/random/index.ts'

const RUNS = 60

const server: LatencyModel = {
  requests: 1500,
  blocks: 50,
  factor: 1,
  variation: 0.3,
  correlation: 0.3,
  promptShare: 0.5,
  stalls: 0.005,
}

function fails(model: Partial<LatencyModel>, regressions: Record<string, string>): number {
  const parsed = parseComparison(regressions)
  let failed = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const blocks = drawBlocks({ ...server, ...model }, seeded(seed))
    if (judgeComparison(parsed, blocks, 0.95).some(({ verdict }) => verdict === 'fail')) failed++
  }
  return failed
}

describe('60 simulated comparisons of heavy-tailed, autocorrelated latencies', () => {
  test('a candidate 10 % slower is found at a tolerance of 3 %', () => {
    expect(fails({ factor: 1.1 }, { 'p50(latency)': '3 %' })).toBeGreaterThanOrEqual(58)
    expect(fails({ factor: 1.1 }, { 'p90(latency)': '3 %' })).toBeGreaterThanOrEqual(50)
  })

  test('an identical candidate never fails on any of five figures', () => {
    const regressions = { 'p50(latency)': '3 %', 'avg(latency)': '5 %', 'p99(ttft)': '10 %', qps: '5 %' }
    expect(fails({ factor: 1 }, regressions)).toBe(0)
  })

  test('a candidate exactly at its tolerance fails one time in forty or fewer, not every other time', () => {
    // 60 × 2.5 % are 1.5; 7 and more have a chance of less than 0.1 %.
    expect(fails({ factor: 1.05 }, { 'p50(latency)': '5 %' })).toBeLessThan(7)
  })
})
