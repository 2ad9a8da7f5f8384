/** Runs that go on while their verdict is open, and runs that gates stop; against what the server received. */
import { afterEach, describe, expect, it } from 'vitest'
import { type EmbeddedServer, type ServerOptions, startServer } from '../../fixtures/index.ts'
import { resolveConfig } from '../../src/config/index.ts'
import { gatesOf } from '../../src/gates/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function server(options: ServerOptions = {}): Promise<EmbeddedServer> {
  const started = await startServer({
    ttft: { kind: 'lognormal', meanMs: 10, stddevMs: 3 },
    itl: { meanMs: 0 },
    outputTokens: 1,
    ...options,
  })
  closers.push(() => started.close())
  return started
}

/** Other work on the machine must not make a run invalid here: verdicts are what is tested. */
const base = { model: 'm', store: 'none', noTestConnection: true, onInvalid: 'warn', sleepInterval: 0 } as const

const promptOf = (body: unknown): string => (body as { messages: { content: string }[] }).messages[0]!.content

describe('with confidence', () => {
  it('a verdict that is certain after `number` requests ends the run there', async () => {
    const { url, requests } = await server()
    const { result } = await runPerfBenchmark({
      ...base,
      url,
      parallel: 4,
      number: 40,
      confidence: 0.95,
      maxNumber: 100_000,
      thresholds: { 'p50(latency)': '< 5 s', 'avg(latency)': '> 1 us' },
    })
    expect(result.verdict).toBe('pass')
    expect(result.thresholds[0]).toMatchObject({
      confidence: 0.95,
      looks: 1,
      interval: [expect.any(Number), expect.any(Number)],
    })
    // Requests go on while the first look is taken, as long as a batch of answers needs to come in.
    expect(requests.length).toBeGreaterThanOrEqual(40)
    expect(requests.length).toBeLessThan(1000)
    expect(result.summary.totalRequests).toBe(requests.length)
  })

  it('an open verdict is given more of the same load, up to maxNumber, each prompt in its turn', async () => {
    const { url, requests } = await server()
    const { result } = await runPerfBenchmark({
      ...base,
      url,
      parallel: 4,
      number: 40,
      confidence: 0.95,
      maxNumber: 300,
      // At 95 % it takes 3,688 requests before p99.9 has an upper end.
      thresholds: { 'p99.9(latency)': '< 60 s' },
    })
    expect(requests).toHaveLength(300)
    expect(result.summary).toMatchObject({ totalRequests: 300, expectedRequests: 40 })
    const prompts = requests.map(({ body }) => promptOf(body))
    const cycle = new Set(prompts).size
    expect(cycle).toBe(120)
    for (const prompt of new Set(prompts)) {
      const times = prompts.filter((other) => other === prompt).length
      expect([2, 3]).toContain(times)
    }
    expect(result.thresholds[0]).toMatchObject({ verdict: 'undecided', estimate: 'pass' })
    expect(result.thresholds[0]!.looks).toBeGreaterThan(1)
    expect(result.notes.join(' ')).toContain('The budget of 300 requests was used up')
    expect(result.notes.join(' ')).toContain('not decided after 40 requests, so 300 were sent in all')
  })

  it('a rate goes on by its own schedule', async () => {
    const { url, requests } = await server()
    await runPerfBenchmark({
      ...base,
      url,
      executor: 'constant-arrival-rate',
      rate: 200,
      parallel: 64,
      number: 20,
      confidence: 0.95,
      maxNumber: 120,
      thresholds: { 'p99(latency)': '< 5 s' },
    })
    // p99 takes 368 requests at the least, so all 120 were sent: 119 gaps of 5 ms.
    expect(requests).toHaveLength(120)
    const spanMs = requests.at(-1)!.receivedAt - requests[0]!.receivedAt
    expect(spanMs).toBeGreaterThan(560)
  })

  it('maxDuration bounds the time, and an undecided threshold is judged by its figure', async () => {
    const { url } = await server()
    const { result } = await runPerfBenchmark({
      ...base,
      url,
      parallel: 1,
      number: 10,
      confidence: 0.95,
      maxDuration: 0.5,
      thresholds: { 'p99.9(latency)': '< 60 s' },
    })
    expect(result.verdict).toBe('undecided')
    expect(result.thresholds[0]).toMatchObject({
      estimate: 'pass',
      // At 95 % and one look it takes 3,688: ln 0.025 / ln 0.999; with a share of the error more.
      samplesNeeded: expect.toSatisfy((needed: number) => needed >= 3688),
      message: expect.stringMatching(
        /A 95 % upper bound needs about [\d,]+ requests; this run had \d+\. The value alone would pass\./,
      ),
    })
    expect(result.summary.timeTakenSeconds).toBeGreaterThan(0.45)
    expect(result.summary.totalRequests).toBeGreaterThan(10)
  })

  it('without a budget the run is as long as it was planned, and looked at once', async () => {
    const { url, requests } = await server()
    const { result } = await runPerfBenchmark({
      ...base,
      url,
      number: 20,
      confidence: 0.95,
      thresholds: { 'p99(latency)': '< 60 s' },
    })
    expect(requests).toHaveLength(20)
    expect(result.thresholds[0]).toMatchObject({ verdict: 'undecided', looks: 1, samplesNeeded: 368 })
  })
})

describe('abortOnFail', () => {
  it('stops the load, after its grace period, keeps what was measured, and fails', async () => {
    const { url, requests } = await server()
    const { result } = await runPerfBenchmark({
      ...base,
      url,
      parallel: 2,
      number: 5000,
      thresholds: {
        'p50(latency)': { threshold: '< 1 ms', abortOnFail: true, delayAbortEval: '400 ms' },
        errorRate: '== 0',
      },
    })
    expect(result.verdict).toBe('fail')
    const [broken, other] = result.thresholds
    expect(broken!.verdict).toBe('fail')
    expect(broken!.stoppedAfterSeconds).toBeGreaterThanOrEqual(0.4)
    expect(broken!.message).toMatch(/is above the limit of 1 ms \(n = \d+\); the load was stopped after \d\.\d s$/)
    expect(other!.verdict).toBe('pass')
    expect(requests.length).toBeLessThan(5000)
    // No request in flight was cut off.
    expect(result.summary).toMatchObject({ totalRequests: requests.length, failedRequests: 0 })
    expect(result.interrupted).toBe(false)
  })

  it('with confidence stops only when it is certain', async () => {
    const { url } = await server()
    const { result } = await runPerfBenchmark({
      ...base,
      url,
      parallel: 2,
      number: 5000,
      confidence: 0.95,
      thresholds: { 'p50(latency)': { threshold: '< 1 ms', abortOnFail: true } },
    })
    expect(result.verdict).toBe('fail')
    const { interval, stoppedAfterSeconds } = result.thresholds[0]!
    expect(interval![0]!).toBeGreaterThan(1)
    expect(stoppedAfterSeconds).toBeDefined()
    expect(result.summary.totalRequests).toBeLessThan(5000)
  })

  it('ends a sweep: no further level is run', async () => {
    const { url } = await server()
    const { results, verdict } = await runPerfBenchmark({
      ...base,
      url,
      parallel: [1, 2, 4],
      number: 2000,
      thresholds: { 'p50(latency)': { threshold: '< 1 ms', abortOnFail: true } },
    })
    expect(results).toHaveLength(1)
    expect(verdict).toBe('fail')
  })

  it('leaves a run alone whose threshold holds', async () => {
    const { url, requests } = await server()
    const { verdict } = await runPerfBenchmark({
      ...base,
      url,
      parallel: 4,
      number: 100,
      thresholds: { 'p50(latency)': { threshold: '< 5 s', abortOnFail: true } },
    })
    expect(verdict).toBe('pass')
    expect(requests).toHaveLength(100)
  })
})

describe('parts of a run', () => {
  it('a stage is judged by the requests that were due in it', async () => {
    const { url, requests } = await server()
    const { result } = await runPerfBenchmark({
      ...base,
      url,
      openLoop: true,
      executor: 'ramping-rate',
      rate: 50,
      // 25 arrivals at 50 a second, then 75 while the rate goes from 50 to 250.
      stages: [
        { duration: 0.5, target: 50 },
        { duration: 0.5, target: 250 },
      ],
      thresholds: {
        'count(latency){stage:1}': '>= 24 && <= 26',
        'count(latency){stage:2}': '>= 73 && <= 77',
        'count(latency)': '> 90',
      },
    })
    const counts = Object.fromEntries(
      result.thresholds.map(({ expression, actual }) => [expression.split(' ')[0], actual]),
    )
    expect(result.verdict).toBe('pass')
    expect(counts['count(latency){stage:1}']! + counts['count(latency){stage:2}']!).toBe(requests.length)
  })

  it('a level is judged by its own thresholds and those of all', async () => {
    const { url } = await server()
    const { results } = await runPerfBenchmark({
      ...base,
      url,
      parallel: [1, 3],
      number: 12,
      thresholds: { successRate: '>= 100 %', 'p50(latency){parallel:3}': '< 1 us' },
    })
    expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'fail'])
    expect(results.map(({ thresholds }) => thresholds.length)).toEqual([1, 2])
  })
})

describe('what cannot pass is said before the run', () => {
  it.each([
    [{ number: 100 }, { 'p99(latency)': '<= 1 s' }, 'with 100 requests: it takes 368 or more'],
    [{ number: 100, maxNumber: 300 }, { 'p99(latency)': '< 1 s' }, 'with 300 requests: it takes 368 or more'],
    [{ number: 30 }, { 'p10(decodeSpeed)': '> 9 tok/s' }, 'with 30 requests: it takes 36 or more'],
  ])('%j %j', (load, thresholds, words) => {
    const { notices } = gatesOf(resolveConfig({ ...load, thresholds, confidence: 0.95 }))
    expect(notices).toEqual([expect.stringContaining(words)])
  })

  it.each([
    [{ number: 368, confidence: 0.95 }, { 'p99(latency)': '<= 1 s' }],
    [{ number: 100, maxDuration: 60, confidence: 0.95 }, { 'p99(latency)': '<= 1 s' }],
    // Its lower end exists early on.
    [
      { number: 100, confidence: 0.95 },
      { 'p99(latency)': '> 1 ms', qps: '> 1', 'max(latency)': '< 1 s' },
    ],
    [{ number: 100 }, { 'p99(latency)': '<= 1 s' }],
  ])('but nothing of %j %j', (load, thresholds) => {
    expect(gatesOf(resolveConfig({ ...load, thresholds })).notices).toEqual([])
  })
})

describe('what cannot be judged is refused before the run', () => {
  it.each([
    [{ confidence: 0.5 }, 'option "confidence": must be above 0.5, got 0.5'],
    [{ confidence: 95 }, 'option "confidence": must be below 1, got 95'],
    [{ confidence: '95 %' }, 'option "confidence": expected number, got "95 %"'],
    [
      { maxNumber: 500 },
      'option "maxNumber": sends more requests while a threshold is undecided, which needs the option "confidence"',
    ],
    [{ maxDuration: 5 }, 'option "maxDuration": sends more requests'],
    [{ confidence: 0.95, number: 200, maxNumber: 100 }, 'option "maxNumber": 100 is less than number (200)'],
    [{ confidence: 0.95, duration: 20, maxDuration: 10 }, 'option "maxDuration": 10 s is less than duration (20 s)'],
    [
      { confidence: 0.95, timestamps: [0, 10], maxNumber: 100 },
      'option "maxNumber": executor "trace" ends with its schedule and cannot go on',
    ],
    [{ thresholds: { 'qps{stage:1}': '> 1' } }, 'there are no stages'],
    [{ parallel: [1, 4], thresholds: { 'qps{parallel:8}': '> 1' } }, 'no level has parallel 8; there is 1, 4'],
    [{ thresholds: { goodput: '> 1' } }, 'add objectives'],
  ])('%j', (config, message) => {
    expect(() => gatesOf(resolveConfig(config))).toThrow(message)
  })
})
