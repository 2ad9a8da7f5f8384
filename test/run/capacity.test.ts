/**
 * The search on a real server whose capacity is known: so many slots, each answer of so many milliseconds.
 *
 * What stalls this machine for longer than the margin changes the answer; such a test is then run again.
 */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { capacitySchema } from '../../src/result/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

// An answer takes 400 ms; with 4 slots five at once make one wait for another 400 ms. The limit lies between.
const server = await startServer({ slots: 4, ttft: { meanMs: 381 }, itl: { meanMs: 1 }, outputTokens: 20 })
const url = `${server.url}/chat/completions`
afterAll(() => server.close())

const STALLS = { retry: 2 }

const SEARCH = {
  url,
  model: 'm',
  slaAutoTune: true,
  slaNumRuns: 1,
  sleepInterval: 0,
  noTestConnection: true,
  onInvalid: 'warn',
  store: 'none',
} as const

describe('a capacity search', () => {
  test('finds the slots of the server, with prompts that go on from step to step', STALLS, async () => {
    const before = server.requests.length
    const outcome = await runPerfBenchmark({
      ...SEARCH,
      parallel: 2,
      slaParams: [{ p99_latency: '<=0.65' }],
      slaGate: { maxParallel: '>= 4' },
    })
    const { capacity } = outcome
    expect(capacity!.criteria[0]).toMatchObject({ maxSatisfied: 4, note: 'satisfied', atUpperBound: false })
    // Those above the answer need only have been tried until it was certain.
    expect(capacity!.steps.map(({ level }) => level)).toEqual([2, 4, 8, 6, 5])
    expect(capacity!.steps.map(({ totalRequests }) => totalRequests)).toEqual([4, 8, 16, 12, 10])
    expect(capacity!.steps.map(({ satisfied }) => satisfied[0])).toEqual([true, true, false, false, false])
    expect(outcome.verdict).toBe('pass')
    expect(outcome.results).toHaveLength(5)
    const prompts = server.requests.slice(before).map(({ body }) => JSON.stringify(body))
    expect(prompts).toHaveLength(50)
    expect(new Set(prompts).size).toBe(50)
  })

  test('halves from a start that is broken, and a gate on more than there is fails', STALLS, async () => {
    const { capacity, verdict } = await runPerfBenchmark({
      ...SEARCH,
      parallel: 8,
      slaParams: { p99_latency: '<= 650 ms' },
      slaGate: { maxParallel: '>= 16' },
    })
    expect(capacity!.steps.map(({ level }) => level)).toEqual([8, 4, 6, 5])
    expect(capacity!.criteria[0]!.maxSatisfied).toBe(4)
    expect(verdict).toBe('fail')
    expect(capacity!.gate[0]!.message).toBe('maxParallel 4 is below 16 (with p99_latency <= 650 ms)')
  })

  test('says so where not even the lower bound holds, and where the upper bound does', async () => {
    const { capacity, verdict } = await runPerfBenchmark({
      ...SEARCH,
      parallel: 2,
      slaUpperBound: 3,
      slaParams: [{ p99_ttft: '<0.01' }, { p99_ttft: '<5' }],
    })
    expect(capacity!.criteria).toMatchObject([
      { maxSatisfied: null, note: 'broken at the lower bound (1)' },
      { maxSatisfied: 3, atUpperBound: true, note: 'the upper bound was reached' },
    ])
    // The second search used what the first had measured.
    expect(capacity!.steps.map(({ level }) => level)).toEqual([2, 1, 3])
    expect(verdict).toBe('fail')
  })

  test('averages several runs of a level and searches a rate', async () => {
    const { capacity } = await runPerfBenchmark({
      ...SEARCH,
      slaNumRuns: 2,
      slaVariable: 'rate',
      rate: 50,
      slaLowerBound: 50,
      slaUpperBound: 50,
      slaFixedParallel: 3,
      slaNumberMultiplier: 0.1,
      slaParams: [{ tps: 'max' }],
    })
    expect(capacity!.steps).toMatchObject([{ level: 50, runs: 2, totalRequests: 10 }])
    expect(capacity!.criteria[0]).toMatchObject({ expression: 'tps -> max', maxSatisfied: 50 })
    expect(capacity!.criteria[0]!.values[0]!.value).toBeCloseTo(capacity!.steps[0]!.outputTokensPerSecond, 6)
  })

  test('counts a step with a failed request as broken, and makes no further runs of it', async () => {
    const refusing = await startServer({ apiKey: 'right', ttft: { meanMs: 1 } })
    try {
      const { capacity, verdict } = await runPerfBenchmark({
        ...SEARCH,
        url: refusing.url,
        apiKey: 'wrong',
        slaNumRuns: 3,
        slaParams: [{ p99_latency: '<=60' }],
      })
      expect(capacity!.steps).toMatchObject([{ level: 1, runs: 1, totalRequests: 2, failedRequests: 2 }])
      expect(capacity!.criteria[0]!.maxSatisfied).toBeNull()
      expect(verdict).toBe('fail')
    } finally {
      await refusing.close()
    }
  })

  test('writes what it found, of the shape that is published', async () => {
    const outputsDir = mkdtempSync(join(tmpdir(), 'perfgate-'))
    const { capacity, jsonPaths } = await runPerfBenchmark({
      ...SEARCH,
      store: 'metrics',
      outputsDir,
      slaUpperBound: 2,
      apiKey: 'planted-9',
      thresholds: { 'p99(latency)': '<= 10 s' },
    })
    const written = capacitySchema.parse(JSON.parse(readFileSync(jsonPaths.at(-1)!, 'utf8')))
    expect(written).toEqual(JSON.parse(JSON.stringify(capacity)))
    expect(readdirSync(outputsDir).filter((name) => name.endsWith('.json'))).toHaveLength(3)
    expect(readFileSync(jsonPaths.at(-1)!, 'utf8')).not.toContain('planted-9')
  })

  test('is unfinished, not failed, when it is interrupted', async () => {
    const { capacity, verdict } = await runPerfBenchmark(
      { ...SEARCH, slaParams: [{ p99_latency: '<=60' }], slaGate: { maxParallel: '>= 8' } },
      { signal: AbortSignal.abort() },
    )
    expect(capacity!.unfinished).toBe('the search was interrupted')
    expect(verdict).toBe('undecided')
  })

  test.each([
    [{}, 'option "slaParams": missing; say what must hold, for instance [{"p99_latency":"<=2"}]'],
    [
      { slaParams: [{ rps: '>=1' }], slaLowerBound: 9, slaUpperBound: 8 },
      'option "slaLowerBound": 9 is above slaUpperBound, 8',
    ],
    [
      { slaParams: [{ rps: '>=1' }], thresholds: { qps: '> 1' } },
      'option "thresholds": slaParams say what must hold in a search; give one of the two',
    ],
    [
      { slaParams: [{ rps: '>=1' }], stages: [{ duration: 1, target: 2 }] },
      'option "stages": a search sets the load itself; leave it out with slaAutoTune',
    ],
    [
      { slaAutoTune: false, slaParams: [{ rps: '>=1' }] },
      /^option "slaParams": is about a search for capacity; add slaAutoTune/,
    ],
    [{ slaAutoTune: false, slaGate: { maxParallel: '>= 1' } }, /^option "slaGate": is about a search/],
    [{ slaParams: [{ goodput: '>=1' }] }, /goodput counts the requests that meet the objectives/],
    [{ slaParams: [{ rps: '>=1' }], slaNumRuns: 0 }, /option "slaNumRuns"/],
    [{ slaParams: [{ rps: '>=1' }], slaNumberMultiplier: 0 }, /option "slaNumberMultiplier"/],
  ])('with %j is refused before any request', async (options, message) => {
    const before = server.requests.length
    await expect(runPerfBenchmark({ ...SEARCH, ...options })).rejects.toThrow(message)
    expect(server.requests.length).toBe(before)
  })
})
