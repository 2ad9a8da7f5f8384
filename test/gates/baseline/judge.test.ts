import { describe, expect, test } from 'vitest'
import {
  fingerprintDifferences,
  fingerprintOf,
  judgeAgainst,
  parseRegressions,
  scenarioDifferences,
  scenarioFacts,
  scenarioHash,
  storedIntervals,
} from '../../../src/gates/index.ts'
import type { Result } from '../../../src/result/index.ts'
import { PUBLISHED } from '../../report/publishedResult.ts'
import { measured, spreadOut } from '../measured.ts'

/** A result whose mean latency and rate are these, with intervals of so many per cent. */
function result(meanMs: number, reach: number, qps = 10): Result {
  return {
    ...PUBLISHED,
    distributions: { latency: { ...PUBLISHED.distributions['latency']!, mean: meanMs } },
    summary: { ...PUBLISHED.summary, qps },
    intervals: {
      'avg(latency)': [meanMs * (1 - reach), meanMs * (1 + reach)],
      qps: [qps * (1 - reach), qps * (1 + reach)],
    },
  }
}

function verdictsOf(regressions: Record<string, string>, baseline: Result, current: Result) {
  return judgeAgainst(parseRegressions(regressions), { name: 'main', baseline, current })
}

describe('a run against a baseline', () => {
  test('fails when the whole interval of the change is beyond the tolerance, passes when it is within', () => {
    const baseline = result(100, 0.01)
    const verdict = (mean: number) => verdictsOf({ 'avg(latency)': '5 %' }, baseline, result(mean, 0.01))[0]!.verdict
    // The interval of the change reaches 1.4 % either way.
    expect([103, 104.5, 107].map(verdict)).toEqual(['pass', 'undecided', 'fail'])
    expect(verdict(50)).toBe('pass')
  })

  test('knows that less throughput is worse', () => {
    const verdict = (qps: number) => verdictsOf({ qps: '5 %' }, result(100, 0.01), result(100, 0.01, qps))[0]!.verdict
    expect([20, 9.8, 9.5, 9].map(verdict)).toEqual(['pass', 'pass', 'undecided', 'fail'])
  })

  test('takes amounts as well', () => {
    const verdict = (mean: number) =>
      verdictsOf({ 'avg(latency)': '10 ms' }, result(100, 0.01), result(mean, 0.01))[0]!.verdict
    expect([108, 110, 112].map(verdict)).toEqual(['pass', 'undecided', 'fail'])
  })

  test('tells the whole story in one line', () => {
    const [failed] = verdictsOf({ 'avg(latency)': '5 %' }, result(100, 0.01), result(110, 0.01))
    // ln 1.1 ± √(ln²(1/0.99) + ln² 1.01)
    expect(failed!.message).toBe(
      'avg(latency) +10.0 % [+8.5, +11.6] is beyond the tolerance of 5 % (100 ms of baseline main → 110 ms, n = 15 against 15, 95 %)',
    )
    expect(failed).toMatchObject({ actual: 110, unit: 'ms', n: 15 })
    expect(failed!.limit).toBeCloseTo(105, 9)
    const [open] = verdictsOf({ 'avg(latency)': '5 %' }, result(100, 0.1), result(103, 0.1))
    expect(open!.message).toMatch(
      /^avg\(latency\) \+3\.0 % .*: undecided against the tolerance of 5 %\. The value alone would pass\. \(100 ms of/,
    )
  })

  test('never passes where nothing was measured, or a side has no interval', () => {
    const { latency: _, ...rest } = PUBLISHED.distributions
    const empty = { ...result(100, 0.01), distributions: rest }
    expect(verdictsOf({ 'avg(latency)': '5 %' }, empty, result(1, 0.01))[0]).toMatchObject({ verdict: 'fail' })
    expect(verdictsOf({ 'avg(latency)': '5 %' }, result(1, 0.01), empty)[0]).toMatchObject({
      verdict: 'fail',
      actual: null,
    })
    const { intervals: __, ...bare } = result(100, 0.01)
    const [old] = verdictsOf({ 'avg(latency)': '5 %' }, bare, result(100, 0.01))
    expect(old!.verdict).toBe('undecided')
    expect(old!.message).toContain('Baseline main has no intervals; save it again.')
  })
})

test('a result keeps the intervals of its figures, and none of what was not measured', () => {
  const view = measured({ values: { latency: spreadOut(1000, 617) }, scalars: { successRate: 1, totalRequests: 1000 } })
  const intervals = storedIntervals(view, undefined)
  const [low, high] = intervals['p50(latency)']!
  // Ranks 469 and 532 of 1,000 independent samples hold the median with 95 %: 500 ± 1.96 √(1000/4).
  expect(low).toBeGreaterThan(464)
  expect(low).toBeLessThan(474)
  expect(high).toBeGreaterThan(527)
  expect(high).toBeLessThan(537)
  expect(intervals).toHaveProperty('successRate')
  expect(Object.keys(intervals).filter((key) => key.includes('ttft') || key === 'qps')).toEqual([])
})

describe('a scenario', () => {
  const base = { parallel: 4, number: 100, dataset: 'openqa', stream: true, maxTokens: 64 }

  test('is the same whatever its endpoint, its gates, its outputs and its threads are', () => {
    const other = {
      ...base,
      url: 'http://b/v1',
      apiKey: '***',
      name: 'x',
      thresholds: { qps: '> 1' },
      outputsDir: '/tmp/x',
      workers: 2,
      promptSalt: 'of this run',
      embedded: { slots: 2 },
      baseline: 'main',
    }
    expect(scenarioDifferences(base, other)).toEqual([])
    expect(scenarioHash(other)).toBe(scenarioHash(base))
  })

  test('is another with another load, other prompts or another length of answer, which are named', () => {
    expect(scenarioDifferences(base, { ...base, parallel: 8 })).toEqual(['parallel 4 there, 8 here'])
    expect(scenarioDifferences({ ...base, rate: 2 }, base)).toEqual(['rate 2 there, -1 here'])
    expect(scenarioDifferences(base, { ...base, temperature: 0.7 })).toEqual(['temperature 0 there, 0.7 here'])
    expect(scenarioDifferences(base, { ...base, datasetPath: '/a/b.txt' })).toEqual([
      'datasetPath not set there, b.txt here',
    ])
    expect(scenarioHash({ ...base, parallel: 8 })).not.toBe(scenarioHash(base))
  })

  test('does not change by spelling: defaults, lists of one, folders, the order of keys', () => {
    expect(scenarioFacts({ ...base, stream: true, datasetOffset: 0, parallel: [4] })).toEqual(scenarioFacts(base))
    const at = (datasetPath: string) => scenarioHash({ ...base, datasetPath })
    expect(at('/home/a/data.jsonl')).toBe(at('/ci/data.jsonl'))
    expect(scenarioHash({ ...base, extraArgs: { a: 1, b: 2 } })).toBe(
      scenarioHash({ ...base, extraArgs: { b: 2, a: 1 } }),
    )
  })

  test('has no secret in it', () => {
    expect(JSON.stringify(scenarioFacts({ ...base, apiKey: 'sk-1', headers: { authorization: 'sk-2' } }))).not.toMatch(
      /sk-/,
    )
  })
})

describe('an environment', () => {
  const here = fingerprintOf(PUBLISHED.environment, { url: 'http://a:1/v1', embedded: false }, { model: 'm' })

  test('is alike on another port and another patch of Node', () => {
    const [major] = PUBLISHED.environment.node.split('.')
    const other = { ...PUBLISHED.environment, node: `${major}.99.9`, commit: 'abc', ci: 'github' }
    expect(
      fingerprintDifferences(fingerprintOf(other, { url: 'http://a:2/v1', embedded: false }, { model: 'm' }), here),
    ).toEqual([])
  })

  test('is unlike on another processor, host or model, which are named', () => {
    const other = { ...PUBLISHED.environment, cpu: 'Z80', cores: 1 }
    expect(
      fingerprintDifferences(fingerprintOf(other, { url: 'http://b/v1', embedded: false }, { model: 'n' }), here),
    ).toEqual([
      'model "n" there, "m" here',
      'endpoint host "b" there, "a" here',
      `CPU "Z80" there, ${JSON.stringify(PUBLISHED.environment.cpu)} here`,
      `cores 1 there, ${PUBLISHED.environment.cores} here`,
    ])
  })
})
