import { describe, expect, it } from 'vitest'
import {
  DistributionRecorder,
  EXACT_LIMIT,
  percentileRows,
  RunMetrics,
  rates,
  summarize,
} from '../../src/metrics/index.ts'
import { BatchWriter, C, FAILURE_CAUSES, type FailureCause, ROW, type SampleBatch } from '../../src/samples/index.ts'

interface Given {
  startedAt: number
  scheduledAt?: number
  firstChunkAt?: number
  tokensAt?: number[]
  endedAt: number
  inputTokens?: number
  outputTokens?: number
  cachedTokens?: number
  /** As the columns of a row. */
  answerAt?: number
  hiddenTokens?: number
  firstTokens?: number
  cause?: FailureCause
}

function batchOf(given: Given[]): SampleBatch {
  const writer = new BatchWriter(0)
  for (const [index, one] of given.entries()) {
    const row = new Float64Array(ROW).fill(Number.NaN)
    const tokensAt = one.tokensAt ?? []
    row[C.index] = index
    row[C.body] = 0
    row[C.flags] = 0
    row[C.startedAt] = one.startedAt
    row[C.scheduledAt] = one.scheduledAt ?? one.startedAt
    row[C.firstChunkAt] = one.firstChunkAt ?? tokensAt[0] ?? Number.NaN
    row[C.lastChunkAt] = tokensAt.at(-1) ?? Number.NaN
    row[C.firstTokenAt] = tokensAt[0] ?? Number.NaN
    row[C.lastTokenAt] = tokensAt.at(-1) ?? Number.NaN
    row[C.answerAt] = one.answerAt ?? row[C.firstTokenAt]!
    row[C.hiddenTokens] = one.hiddenTokens ?? 0
    row[C.firstTokens] = one.firstTokens ?? 1
    row[C.endedAt] = one.endedAt
    row[C.packages] = tokensAt.length
    row[C.outputEvents] = tokensAt.length
    row[C.inputTokens] = one.inputTokens ?? Number.NaN
    row[C.outputTokens] = one.outputTokens ?? tokensAt.length
    row[C.cachedTokens] = one.cachedTokens ?? Number.NaN
    row[C.status] = 200
    row[C.cause] = one.cause ? FAILURE_CAUSES.indexOf(one.cause) : -1
    const gaps = Float64Array.from(tokensAt.slice(1), (at, i) => at - tokensAt[i]!)
    writer.add(row, gaps, gaps.length, ['', one.cause ? 'said the server' : '', '', ''])
  }
  return writer.take()
}

function measure(given: Given[]): RunMetrics {
  const metrics = new RunMetrics(0)
  metrics.add(batchOf(given))
  return metrics
}

describe('percentiles', () => {
  it('follow the published pattern for 15 samples: 10 % is the 2nd smallest, 90 % the 14th, 95 to 99 % the largest', () => {
    // Latencies 10, 20 … 150 ms, given in another order.
    const order = [7, 3, 12, 1, 15, 9, 2, 14, 5, 11, 4, 8, 13, 6, 10]
    const metrics = measure(order.map((k) => ({ startedAt: 0, endedAt: k * 10, tokensAt: [k] })))
    const rows = Object.fromEntries(
      percentileRows(metrics).map(({ percentile, latencySeconds }) => [percentile, latencySeconds]),
    )
    // floor(p/100 × 15): 1, 3, 7, 9, 11, 12, 13, 14, 14, 14.
    expect(rows).toEqual({
      10: 0.02,
      25: 0.04,
      50: 0.08,
      66: 0.1,
      75: 0.12,
      80: 0.13,
      90: 0.14,
      95: 0.15,
      98: 0.15,
      99: 0.15,
    })
  })

  it.each([
    ['all the same', 0],
    ['but for the last', 1],
    ['but for the last two', 2],
  ])('are the samples one by one, %s', (_, others) => {
    for (const n of [1, 2, 3, 256, 257, 4096, 4097, 5000]) {
      const samples = Array.from({ length: n }, (_, i) => (i < n - others ? 7 : 7 + i))
      const distribution = new DistributionRecorder()
      for (const [i, sample] of samples.entries()) {
        distribution.add(sample)
        // Looking in between changes nothing.
        if (i === 1) expect(distribution.percentile(100)).toBe(Math.max(...samples.slice(0, 2)))
      }
      expect([...distribution.series()!]).toEqual(samples)
      expect([...distribution.opening()]).toEqual(samples)
      expect(distribution.orderStatistic(0)).toBe(Math.min(...samples))
      expect(distribution.percentile(100)).toBe(Math.max(...samples))
    }
  })

  it('keep the opening of a run whose first 100,000 samples are the same', () => {
    const distribution = new DistributionRecorder()
    for (let i = 0; i < EXACT_LIMIT; i++) distribution.add(5)
    distribution.add(9)
    distribution.add(1)
    expect(distribution.n).toBe(EXACT_LIMIT + 2)
    expect([distribution.min, distribution.max, distribution.exact]).toEqual([1, 9, false])
    expect(distribution.percentile(50)).toBeCloseTo(5, 2)
    expect(distribution.opening().every((sample) => sample === 5)).toBe(true)
    expect(distribution.opening()).toHaveLength(EXACT_LIMIT)
  })

  it('are exact up to 100,000 samples, and within 0.1 % from the histogram above', () => {
    const exact = new DistributionRecorder()
    for (let i = EXACT_LIMIT; i >= 1; i--) exact.add(i / 100)
    expect(exact.exact).toBe(true)
    expect(exact.percentile(99)).toBe(990.01)
    const large = new DistributionRecorder()
    for (let i = 200_000; i >= 1; i--) large.add(i / 100)
    expect(large.exact).toBe(false)
    for (const p of [1, 50, 90, 99, 99.9]) expect(Math.abs(large.percentile(p) / (p * 20) - 1)).toBeLessThan(0.0011)
    expect(large.max).toBe(2000)
    expect(large.mean).toBeCloseTo(1000.005, 6)
    expect(large.stddev).toBeCloseTo(Math.sqrt((200_000 ** 2 - 1) / 12) / 100, 3)
  })
})

describe('the figures of one request', () => {
  const metrics = measure([
    // Scheduled at 90, started at 100; role chunk at 150, tokens at 160, 180, 230; usage event at 235.
    {
      scheduledAt: 90,
      startedAt: 100,
      firstChunkAt: 150,
      tokensAt: [160, 180, 230],
      endedAt: 235,
      inputTokens: 40,
      outputTokens: 6,
      cachedTokens: 10,
    },
  ])
  const only = (name: Parameters<RunMetrics['distribution']>[0]): number | undefined => metrics.distribution(name)?.mean

  it('follow their formulas', () => {
    expect(only('latency')).toBe(135)
    expect(only('responseTime')).toBe(145)
    expect(only('dispatchDelay')).toBe(10)
    expect(only('firstChunkLatency')).toBe(50)
    expect(only('ttft')).toBe(60)
    expect(only('tpot')).toBe((230 - 160) / (6 - 1))
    expect(metrics.distribution('itl')?.n).toBe(2)
    expect(only('itl')).toBe(35)
    expect(only('outputSpeed')).toBeCloseTo((6 / 135) * 1000, 10)
    expect(only('decodeSpeed')).toBeCloseTo(1000 / 14, 10)
    expect(only('totalSpeed')).toBeCloseTo((46 / 135) * 1000, 10)
    // Six tokens in three events: five more tokens in two more events.
    expect(only('tokensPerIteration')).toBe(2.5)
    expect(metrics.scalar('cacheHitShare')).toBe(0.25)
  })

  it('a single token, or tokens that came in one event, have no TPOT; it is absent, not 0', () => {
    expect(measure([{ startedAt: 0, tokensAt: [5], endedAt: 5, outputTokens: 1 }]).distribution('tpot')).toBeUndefined()
    expect(measure([{ startedAt: 0, tokensAt: [5], endedAt: 5, outputTokens: 9 }]).distribution('tpot')).toBeUndefined()
  })

  it('a success without output has a latency but no TTFT', () => {
    const empty = measure([{ startedAt: 0, endedAt: 8, outputTokens: 0 }])
    expect(empty.succeeded).toBe(1)
    expect(empty.distribution('latency')?.n).toBe(1)
    expect(empty.distribution('ttft')).toBeUndefined()
  })
})

describe('the summary', () => {
  it('has every row as computed by hand', () => {
    const metrics = measure([
      { startedAt: 1000, tokensAt: [1020, 1030, 1040], endedAt: 1050, inputTokens: 10 },
      { startedAt: 1100, tokensAt: [1140, 1160], endedAt: 1200, inputTokens: 30 },
      { startedAt: 1000, endedAt: 3000, cause: 'read-timeout' },
    ])
    expect(summarize(metrics, { concurrency: 2, expectedRequests: 3, resultDbPath: './x.db' })).toEqual({
      timeTakenSeconds: 2,
      concurrency: 2,
      totalRequests: 3,
      succeededRequests: 2,
      failedRequests: 1,
      qps: 1,
      latencySeconds: 0.075,
      ttftSeconds: 0.03,
      outputTokensPerSecond: 2.5,
      tpotSeconds: (10 + 20) / 2 / 1000,
      packagesPerRequest: 2.5,
      packageLatencySeconds: 0.015,
      inputTokensPerRequest: 20,
      outputTokensPerRequest: 2.5,
      expectedRequests: 3,
      resultDbPath: './x.db',
    })
    expect(rates(metrics).successRate).toBeCloseTo(2 / 3, 12)
    expect(rates(metrics).totalTokensPerSecond).toBe((5 + 40) / 2)
  })

  it('failures are counted by cause with what the server said, and never enter a latency', () => {
    const metrics = measure([
      { startedAt: 0, endedAt: 99_999, cause: 'reset' },
      { startedAt: 0, endedAt: 99_999, cause: 'reset' },
      { startedAt: 0, tokensAt: [1], endedAt: 2 },
    ])
    expect(metrics.errors('reset')).toBe(2)
    expect(metrics.failures).toEqual([{ cause: 'reset', status: 200, message: 'said the server', count: 2 }])
    expect(metrics.distribution('latency')?.max).toBe(2)
  })

  it('goodput counts the requests that meet every objective', () => {
    const metrics = new RunMetrics(0, [
      { metric: 'ttft', holds: (ms) => ms <= 20 },
      { metric: 'latency', holds: (ms) => ms <= 100 },
    ])
    metrics.add(
      batchOf([
        { startedAt: 0, tokensAt: [10], endedAt: 50 },
        { startedAt: 0, tokensAt: [30], endedAt: 50 },
        { startedAt: 0, tokensAt: [10], endedAt: 500 },
        { startedAt: 0, endedAt: 1000, cause: 'http-5xx' },
      ]),
    )
    expect(metrics.scalar('goodput')).toBe(1)
    expect(metrics.scalar('goodShare')).toBe(0.25)
  })
})

describe('the timeline', () => {
  it('counts requests in flight, and the steady window is where at least 90 % of the most are', () => {
    const metrics = measure([
      { startedAt: 0, tokensAt: [1], endedAt: 95 },
      { startedAt: 20, tokensAt: [21], endedAt: 75, outputTokens: 8 },
    ])
    const { bucketSeconds, inFlight } = metrics.timeline.timeline()
    expect(bucketSeconds).toBe(0.01)
    expect(inFlight).toEqual([1, 1, 2, 2, 2, 2, 2, 2, 1, 1])
    expect(metrics.timeline.steady()).toEqual({ seconds: 0.06, completed: 1, outputTokens: 8 })
    expect(metrics.scalar('steadyQps')).toBeCloseTo(1 / 0.06, 10)
    expect(metrics.scalar('steadyOutputTokensPerSecond')).toBeCloseTo(8 / 0.06, 10)
    expect(new RunMetrics(0).scalar('steadyQps')).toBeUndefined()
  })

  it('keeps its size however long the run is', () => {
    const metrics = measure([
      { startedAt: 0, tokensAt: [1], endedAt: 5 },
      { startedAt: 3_600_000, tokensAt: [3_600_001], endedAt: 3_600_005 },
    ])
    const { completed } = metrics.timeline.timeline()
    expect(completed.length).toBeLessThanOrEqual(1001)
    expect(completed.reduce((a, b) => a + b, 0)).toBe(2)
  })
})
