/** Failed requests are judged also where no threshold speaks of them: of runs, comparisons and searches. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exitCodeOf } from '../../src/cli/exit.ts'
import { type Config, resolveConfig } from '../../src/config/index.ts'
import { judgeMinSuccess, minSuccessOf, parseThresholds } from '../../src/gates/index.ts'
import { runComparison, runPerfBenchmark } from '../../src/run/index.ts'

let seen = 0
/** One answer in ten is a failure. */
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const fails = ++seen % 10 === 0
    response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(
        fails
          ? { error: { message: 'no room' } }
          : {
              choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
              usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
            },
      ),
    )
  })
})
let url: string
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const run = async (more: Config, sends: Partial<Config> = {}) => {
  seen = 0
  const { result } = await runPerfBenchmark({
    url,
    model: 'm',
    stream: false,
    store: 'none',
    number: 20,
    onInvalid: 'warn',
    noTestConnection: true,
    ...sends,
    ...more,
  })
  return result
}
const KEPT = { 'p99(latency)': '<= 60 s' }

describe('a run of which one request in ten fails', () => {
  test('fails although its only threshold is met, and says that this is the default', async () => {
    const result = await run({ thresholds: KEPT })
    expect(result.verdict).toBe('fail')
    expect(result.thresholds).toMatchObject([
      { expression: 'p99(latency) <= 60 s', verdict: 'pass' },
      { expression: 'successRate >= 99 %', actual: 0.9, limit: 0.99, n: 20, verdict: 'fail', isDefault: true },
    ])
    expect(result.thresholds[1]!.message).toContain('the default, which minSuccessRate sets')
    expect(exitCodeOf([result])).toBe(1)
  })

  test.each<[string, Config]>([
    ['a threshold on the success rate', { thresholds: { ...KEPT, successRate: '>= 50 %' } }],
    ['a threshold on the error rate', { thresholds: { ...KEPT, errorRate: '<= 50 %' } }],
    ['a threshold on the failed requests', { thresholds: { ...KEPT, failedRequests: '<= 2' } }],
    ['a threshold on a cause', { thresholds: { ...KEPT, 'errors(http-5xx)': '<= 2' } }],
    ['minSuccessRate: 0', { thresholds: KEPT, minSuccessRate: 0 }],
    ['a lower minSuccessRate', { thresholds: KEPT, minSuccessRate: '90 %' }],
  ])('passes with %s', async (_, config) => {
    expect((await run(config)).verdict).toBe('pass')
  })

  test('fails below a minSuccessRate of its own, also without other gates', async () => {
    const { verdict, thresholds } = await run({ minSuccessRate: 0.95 })
    expect([verdict, thresholds.map(({ expression, isDefault }) => [expression, isDefault])]).toEqual([
      'fail',
      [['successRate >= 95 %', undefined]],
    ])
  })

  test('has the verdict none without gates', async () => {
    const result = await run({})
    expect(result).toMatchObject({ verdict: 'none', thresholds: [] })
    expect(exitCodeOf([result])).toBe(0)
  })

  test('is judged by its thresholds alone at the levels of a sweep', async () => {
    const { thresholds } = await run({ thresholds: KEPT, parallel: [1, 2], number: 10, sleepInterval: 0 })
    expect(thresholds.map(({ expression }) => expression)).toEqual(['p99(latency) <= 60 s'])
  })
})

test('every request failed is a failed run in the result, with and without gates', async () => {
  const dead = { url: 'http://127.0.0.1:9', number: 3 }
  expect((await run({}, dead)).verdict).toBe('fail')
  expect((await run({ thresholds: KEPT }, dead)).verdict).toBe('fail')
})

test('both sides of a comparison are judged', async () => {
  seen = 0
  const sides = { baseline: { url }, candidate: { url }, regressions: { 'p50(latency)': '900 %' } }
  const { result } = await runComparison({
    ...sides,
    model: 'm',
    stream: false,
    store: 'none',
    number: 40,
    blocks: 8,
    maxBlocks: 8,
    onInvalid: 'warn',
    noTestConnection: true,
  })
  expect(result.thresholds.map(({ expression, verdict }) => [expression, verdict])).toEqual([
    ['successRate >= 99 % of the baseline', 'fail'],
    ['successRate >= 99 % of the candidate', 'fail'],
  ])
  expect(result.verdict).toBe('fail')
})

test('a capacity criterion on failures decides by itself how many may fail', async () => {
  const search = async (slaParams: Record<string, string>): Promise<number | null> => {
    seen = 0
    const { capacity } = await runPerfBenchmark({
      url,
      model: 'm',
      stream: false,
      store: 'none',
      onInvalid: 'warn',
      noTestConnection: true,
      sleepInterval: 0,
      slaAutoTune: true,
      slaParams,
      slaLowerBound: 1,
      slaUpperBound: 2,
      slaNumberMultiplier: 20,
    })
    return capacity!.criteria[0]!.maxSatisfied
  }
  expect(await search({ errorRate: '<= 20 %' })).toBe(2)
  expect(await search({ p99_latency: '<= 60' })).toBeNull()
})

describe('the share', () => {
  const [threshold] = parseThresholds({ qps: '> 1' })

  test('leaves out what was cancelled when the load ended', () => {
    const judged = judgeMinSuccess(minSuccessOf(undefined, [threshold!.statistic])!, {
      total: 108,
      succeeded: 100,
      cancelled: 8,
    })
    expect(judged).toMatchObject({ actual: 1, n: 100, verdict: 'pass' })
    expect(judged).not.toHaveProperty('interval')
  })

  test('without a request that ended is never a pass', () => {
    const judged = judgeMinSuccess(minSuccessOf('50 %', [])!, { total: 2, succeeded: 0, cancelled: 2 })
    expect(judged).toMatchObject({ actual: null, verdict: 'fail' })
  })

  test.each([1.5, -1, '101 %', 'most'])('of %j is an error', (minSuccessRate) => {
    expect(() => resolveConfig({ minSuccessRate })).toThrow('minSuccessRate')
  })
})
