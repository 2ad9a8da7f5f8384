/** Verdicts on thresholds, and the messages that tell them. */
import { describe, expect, test } from 'vitest'
import { type EvaluateOptions, evaluateThresholds, isAccepted, parseExpression } from '../../src/gates/index.ts'
import type { MetricsView } from '../../src/metrics/index.ts'
import { seeded } from '../../src/random/index.ts'
import type { ThresholdResult, Timeline } from '../../src/result/index.ts'
import { measured, spreadOut } from './measured.ts'

function judge(expression: string, view: MetricsView, options?: EvaluateOptions): ThresholdResult {
  const results = evaluateThresholds(parseExpression(expression), view, options)
  expect(results).toHaveLength(1)
  return results[0]!
}

/** Latencies of the 15-request pattern: by index floor(p/100 × 15), p50 is the 8th smallest, p90 the 14th, p95 and p99 the largest. */
const LATENCIES = [150, 157.7, 300, 310, 320, 400, 420, 431.1, 500, 510, 600, 700, 800, 915.3, 989.7]
const fifteen = measured({
  values: { latency: LATENCIES, outputTokens: LATENCIES.map(() => 168) },
  scalars: {
    totalRequests: 16,
    succeededRequests: 15,
    failedRequests: 1,
    qps: 1.99,
    successRate: 15 / 16,
    errorRate: 1 / 16,
    outputTokensPerSecond: 334.006,
    timeTaken: 7.539,
  },
  errors: { reset: 1 },
})

describe('the figure itself decides', () => {
  test.each([
    ['p99(latency) <= 1.5 s', 'pass', 'p99(latency) 0.99 s is within 1.5 s (n = 15)'],
    ['p99(latency) < 0.9 s', 'fail', 'p99(latency) 0.99 s is above the limit of 0.9 s (n = 15)'],
    ['p99_latency < 900 ms', 'fail', 'p99_latency 990 ms is above the limit of 900 ms (n = 15)'],
    ['p95(latency) <= 989.6 ms', 'fail', 'p95(latency) 989.7 ms is above the limit of 989.6 ms (n = 15)'],
    ['p50(latency) == 431.1 ms', 'pass', 'p50(latency) 431.1 ms equals 431.1 ms (n = 15)'],
    ['p90(latency) < 915.3 ms', 'fail', 'p90(latency) 915.3 ms is not below the limit of 915.3 ms (n = 15)'],
    ['p90(latency) <= 915.3 ms', 'pass', 'p90(latency) 915.3 ms is within 915.3 ms (n = 15)'],
    ['min(latency) > 150 ms', 'fail', 'min(latency) 150 ms is not above the limit of 150 ms (n = 15)'],
    ['max(latency) < 10 ms', 'fail', 'max(latency) 990 ms is above the limit of 10 ms (n = 15)'],
    ['avg(latency) < 1 min', 'pass', 'avg(latency) 500 ms is within 1 min (n = 15)'],
    ['count(latency) == 15', 'pass', 'count(latency) 15 equals 15 (n = 16)'],
    ['avg(outputTokens) > 200', 'fail', 'avg(outputTokens) 168 tokens is below the limit of 200 tokens (n = 15)'],
    ['qps >= 4', 'fail', 'qps 1.99 /s is below the limit of 4 /s (n = 15)'],
    ['qps > 1 /s', 'pass', 'qps 1.99 /s is above 1 /s (n = 15)'],
    ['tps >= 300', 'pass', 'tps 334 tok/s is at least 300 tok/s (n = 15)'],
    ['successRate >= 99.9 %', 'fail', 'successRate 93.8 % is below the limit of 99.9 % (n = 16)'],
    ['successRate >= 0.999', 'fail', 'successRate 93.8 % is below the limit of 99.9 % (n = 16)'],
    ['errors(reset) == 0', 'fail', 'errors(reset) 1 is not 0 (n = 16)'],
    ['errors(dns) == 0', 'pass', 'errors(dns) 0 equals 0 (n = 16)'],
    ['timeTaken < 1 min', 'pass', 'timeTaken 0.126 min is within 1 min (n = 16)'],
  ])('%s: %s', (expression, verdict, message) => {
    expect(judge(expression, fifteen)).toMatchObject({ verdict, message })
  })

  test.each(['qps > 1', 'qps >= 1', 'qps < 100'])('%s is never met by a value that is not finite', (expression) => {
    for (const qps of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
      const view = measured({
        values: { latency: LATENCIES },
        scalars: { totalRequests: 15, succeededRequests: 15, qps },
      })
      for (const confidence of [undefined, 0.95])
        expect([qps, judge(expression, view, { confidence }).verdict]).toEqual([qps, 'fail'])
    }
  })

  test('thousands are grouped, and enough digits are shown to see the breach', () => {
    const view = measured({ values: { latency: Array.from({ length: 1200 }, () => 1400.4) } })
    expect(judge('p99(latency) <= 1.4 s', view).message).toBe(
      'p99(latency) 1.4004 s is above the limit of 1.4 s (n = 1,200)',
    )
  })

  test('the result carries value and limit in the own unit of the figure', () => {
    expect(judge('p99(latency) <= 1.5 s', fifteen)).toEqual({
      expression: 'p99(latency) <= 1.5 s',
      actual: 989.7,
      limit: 1500,
      unit: 'ms',
      n: 15,
      verdict: 'pass',
      message: expect.any(String),
    })
    expect(judge('successRate >= 90 %', fifteen)).toMatchObject({ actual: 0.9375, limit: 0.9, unit: 'share' })
  })
})

describe('no samples is never a pass', () => {
  const nothing = measured({ scalars: { totalRequests: 0, succeededRequests: 0, failedRequests: 0, qps: 0 } })
  const allFailed = measured({
    scalars: {
      totalRequests: 1500,
      succeededRequests: 0,
      failedRequests: 1500,
      qps: 0,
      outputTokensPerSecond: 0,
      successRate: 0,
    },
  })

  test.each([
    'p99(latency) <= 1.5 s',
    'p99(latency) >= 0',
    'qps <= 100',
    'errors(reset) == 0',
    'successRate >= 0',
    'totalRequests == 0',
    'count(connect) <= 5',
    'goodput >= 0',
  ])('%s', (expression) => {
    for (const options of [{}, { confidence: 0.95 }])
      expect(judge(expression, nothing, options)).toMatchObject({ verdict: 'fail', actual: null, n: 0 })
  })

  test('says how many requests failed', () => {
    expect(judge('p99(ttft) <= 200 ms', allFailed).message).toBe(
      'p99(ttft) <= 200 ms: nothing was measured, which is never a pass (1,500 requests, 1,500 of them failed)',
    )
    expect(judge('qps <= 100', allFailed)).toMatchObject({ verdict: 'fail', actual: null })
    expect(judge('goodput >= 0', allFailed).message).toContain('it needs objectives')
  })

  test('a count of nothing among requests is a count', () => {
    expect(judge('count(connect) <= 5', allFailed)).toMatchObject({ verdict: 'pass', actual: 0 })
  })

  test('a figure that is not a number was not measured', () => {
    expect(
      judge('qps < 5', measured({ scalars: { totalRequests: 3, succeededRequests: 3, qps: Number.NaN } })),
    ).toMatchObject({ verdict: 'fail', actual: null })
  })
})

describe('with confidence', () => {
  /** At n = 1,200 the 95 % interval of p99 lies between ranks 1181 and 1195 (scipy 1.17, binomial); the figure is rank 1189. */
  const known = (rank: number): number =>
    rank <= 1181 ? 1440 - (1181 - rank) : rank <= 1189 ? 1440 + (rank - 1181) * 10 : 1520 + (rank - 1189) * 15
  const view = measured({ values: { latency: spreadOut(1200, 743).map(known) } })

  test.each([
    ['p99(latency) <= 1.4 s', 'fail', 'p99(latency) 1.52 s [1.44, 1.61] is above 1.4 s (n = 1,200, 95 %)'],
    ['p99(latency) <= 1.7 s', 'pass', 'p99(latency) 1.52 s [1.44, 1.61] is within 1.7 s (n = 1,200, 95 %)'],
    [
      'p99(latency) <= 1.5 s',
      'undecided',
      'p99(latency) 1.52 s [1.44, 1.61]: undecided against 1.5 s. The value alone would fail. (n = 1,200, 95 %)',
    ],
    [
      'p99(latency) <= 1.55 s',
      'undecided',
      'p99(latency) 1.52 s [1.44, 1.61]: undecided against 1.55 s. The value alone would pass. (n = 1,200, 95 %)',
    ],
    ['p99(latency) >= 1.7 s', 'fail', 'p99(latency) 1.52 s [1.44, 1.61] is below 1.7 s (n = 1,200, 95 %)'],
    ['p99(latency) >= 1.4 s', 'pass', 'p99(latency) 1.52 s [1.44, 1.61] is at least 1.4 s (n = 1,200, 95 %)'],
    ['p99(latency) == 1.4 s', 'fail', 'p99(latency) 1.52 s [1.44, 1.61] is not 1.4 s (n = 1,200, 95 %)'],
    [
      'p99(latency) == 1.52 s',
      'undecided',
      'p99(latency) 1.52 s [1.44, 1.61]: undecided against 1.52 s. The value alone would pass. (n = 1,200, 95 %)',
    ],
  ])('%s: %s', (expression, verdict, message) => {
    expect(judge(expression, view, { confidence: 0.95 })).toMatchObject({ verdict, message, interval: [1440, 1610] })
  })

  test('an end on the limit passes "<=" and not "<"', () => {
    expect(judge('p99(latency) <= 1.61 s', view, { confidence: 0.95 }).verdict).toBe('pass')
    expect(judge('p99(latency) < 1.61 s', view, { confidence: 0.95 }).verdict).toBe('undecided')
    expect(judge('p99(latency) < 1.44 s', view, { confidence: 0.95 }).verdict).toBe('fail')
    expect(judge('p99(latency) <= 1.44 s', view, { confidence: 0.95 }).verdict).toBe('undecided')
  })

  test('where an interval has no upper end, nothing below a limit passes, and the number of samples it takes is said', () => {
    // At n = 120 the interval of p99 goes from rank 116 up, without end.
    const few = measured({ values: { latency: spreadOut(120, 73) } })
    expect(judge('p99(latency) <= 1 s', few, { confidence: 0.95 })).toMatchObject({
      verdict: 'undecided',
      interval: [116, null],
      message:
        'p99(latency) 0.119 s [0.116, ∞): undecided against 1 s. A 95 % upper bound needs about 368 requests; this run had 120. The value alone would pass. (n = 120, 95 %)',
    })
    expect(judge('p99(latency) <= 110 ms', few, { confidence: 0.95 }).verdict).toBe('fail')
    expect(judge('p99(latency) >= 110 ms', few, { confidence: 0.95 }).verdict).toBe('pass')
  })

  test('correlated samples count for less', () => {
    // Each value three times in a row: a third of the information, so no end of p99 at 600 samples.
    const threefold = measured({ values: { latency: spreadOut(200, 73).flatMap((value) => [value, value, value]) } })
    const { interval } = judge('p99(latency) <= 1 s', threefold, { confidence: 0.95 })
    expect(interval![1]).toBeNull()
    const single = measured({ values: { latency: spreadOut(600, 371) } })
    expect(judge('p99(latency) <= 1 s', single, { confidence: 0.95 }).interval![1]).not.toBeNull()
  })

  test('facts of the run itself have no interval', () => {
    for (const expression of [
      'max(latency) <= 1 s',
      'p100(latency) <= 1 s',
      'min(latency) > 1 ms',
      'count(latency) == 15',
      'errors(reset) <= 1',
      'failedRequests <= 1',
      'timeTaken < 8 s',
    ])
      expect(judge(expression, fifteen, { confidence: 0.95 })).not.toHaveProperty('interval')
    expect(judge('max(latency) <= 1 s', fifteen, { confidence: 0.95 }).verdict).toBe('pass')
  })

  test('shares have the Wilson interval', () => {
    // Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662.
    const share = measured({ scalars: { totalRequests: 263, failedRequests: 81, errorRate: 81 / 263 } })
    const { interval, verdict } = judge('errorRate <= 40 %', share, { confidence: 0.95 })
    expect(interval).toEqual([expect.closeTo(0.2553, 4), expect.closeTo(0.3662, 4)])
    expect(verdict).toBe('pass')
  })

  test('a burst of failures widens the interval of a share', () => {
    const share = measured({ scalars: { totalRequests: 300, failedRequests: 30, successRate: 0.9 } })
    const spread: Timeline = timeline(Array(30).fill(9), Array(30).fill(1))
    const burst: Timeline = timeline([...Array(27).fill(10), 0, 0, 0], [...Array(27).fill(0), 10, 10, 10])
    const width = (of: Timeline): number => {
      const [low, high] = judge('successRate >= 99 %', share, { confidence: 0.95, timeline: of }).interval!
      return high! - low!
    }
    // Newcombe's method 3 for 270 of 300, by scipy's binomtest(270, 300).proportion_ci(method='wilson').
    expect(width(spread)).toBeCloseTo(0.929 - 0.8608, 3)
    expect(width(burst)).toBeGreaterThan(2 * width(spread))
  })

  test('rates take their interval from what happened when', () => {
    const steady = measured({
      scalars: {
        totalRequests: 200,
        succeededRequests: 200,
        failedRequests: 0,
        qps: 10,
        goodput: 5,
        goodShare: 0.5,
        outputTokensPerSecond: 1000,
      },
      values: { latency: spreadOut(200, 123) },
    })
    const even = timeline(Array(200).fill(1), Array(200).fill(0), Array(200).fill(100))
    expect(judge('qps >= 9.9', steady, { confidence: 0.95, timeline: even })).toMatchObject({
      verdict: 'pass',
      message: 'qps 10 /s [10, 10] is at least 9.9 /s (n = 200, 95 %)',
    })
    expect(judge('tps >= 1001', steady, { confidence: 0.95, timeline: even }).verdict).toBe('fail')
    expect(judge('goodput >= 5', steady, { confidence: 0.95, timeline: even }).verdict).toBe('undecided')
    expect(judge('goodput >= 7', steady, { confidence: 0.95, timeline: even }).verdict).toBe('fail')
    expect(judge('goodput >= 3', steady, { confidence: 0.95, timeline: even }).verdict).toBe('pass')
    expect(judge('qps >= 9.9', steady, { confidence: 0.95 })).toMatchObject({
      verdict: 'undecided',
      interval: [null, null],
      message:
        'qps 10 /s: undecided against 9.9 /s. No interval can be formed from what was measured. The value alone would pass. (n = 200, 95 %)',
    })
  })

  test('the interval of goodput is that of the rate of all requests times the share of good ones, around the figure', () => {
    // Bursts: the rate's own interval is lopsided.
    const completed = Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? 6 : i % 3 === 0 ? 1 : 0))
    const total = completed.reduce<number>((sum, count) => sum + count, 0)
    const last = completed.findLastIndex((count) => count > 0) + 1
    const rate = (total * 10) / last
    const scalars = { totalRequests: total, succeededRequests: total, qps: rate, goodput: rate / 2, goodShare: 0.5 }
    const bursts = timeline(completed, Array(300).fill(0))
    const view = measured({ scalars, values: { latency: spreadOut(total, 101) } })
    const options = { confidence: 0.975, timeline: bursts }
    const share = judge('goodShare >= 0', view, options).interval!
    const all = judge('qps >= 0', view, options).interval!
    expect(judge('goodput >= 0', view, { confidence: 0.95, timeline: bursts }).interval).toEqual([
      expect.closeTo(share[0]! * all[0]!, 9),
      expect.closeTo(share[1]! * all[1]!, 9),
    ])
  })

  test('rates of the steady window take what was counted in it', () => {
    // 100 of 200 buckets at full load, one request and 100 tokens in each; before and after one in flight, and nothing done.
    const inFlight = [...Array(50).fill(1), ...Array(100).fill(8), ...Array(50).fill(1)]
    const completed = inFlight.map((n) => (n === 8 ? 1 : 0))
    const even = {
      ...timeline(
        completed,
        Array(200).fill(0),
        completed.map((n) => n * 100),
      ),
      inFlight,
    }
    const view = measured({
      scalars: { totalRequests: 100, succeededRequests: 100, steadyQps: 10, steadyOutputTokensPerSecond: 1000 },
    })
    const options = { confidence: 0.95, timeline: even }
    expect(judge('steadyQps >= 9.9', view, options)).toMatchObject({ verdict: 'pass', n: 100 })
    expect(judge('steadyOutputTokensPerSecond >= 1001 tok/s', view, options).verdict).toBe('fail')
  })

  test('total tokens add the input tokens of the answers that ended', () => {
    const view = measured({
      scalars: { totalRequests: 100, succeededRequests: 100, totalTokensPerSecond: 1500 },
      values: { inputTokens: Array(100).fill(50) },
    })
    const even = timeline(Array(100).fill(1), Array(100).fill(0), Array(100).fill(100))
    expect(judge('totalTokensPerSecond >= 1400', view, { confidence: 0.95, timeline: even }).interval).toEqual([
      expect.closeTo(1500, 6),
      expect.closeTo(1500, 6),
    ])
  })

  test('the cache-hit share is a ratio of sums', () => {
    const inputs = spreadOut(200, 123)
    const view = measured({
      scalars: { totalRequests: 200, cacheHitShare: 0.25 },
      values: { inputTokens: inputs, cachedTokens: inputs.map((tokens) => tokens / 4) },
    })
    expect(judge('cacheHitShare >= 20 %', view, { confidence: 0.95 })).toMatchObject({
      verdict: 'pass',
      interval: [expect.closeTo(0.25, 9), expect.closeTo(0.25, 9)],
    })
  })

  test('means and deviations have intervals, also when only a histogram is left', () => {
    const values = spreadOut(1000, 619)
    const exact = measured({ values: { latency: values } })
    // Uniform on 1 … 1000: standard deviation 288.7, so the mean is known to about ±1.96 × 288.7 / √1000 = ±17.9.
    const [low, high] = judge('avg(latency) <= 1 s', exact, { confidence: 0.95 }).interval!
    expect(low!).toBeLessThan(500.5)
    expect(high!).toBeGreaterThan(500.5)
    expect(high! - low!).toBeLessThan(2 * 17.9 * 1.1)
    expect(judge('stddev(latency) <= 400 ms', exact, { confidence: 0.95 }).verdict).toBe('pass')
    const many = measured({ values: { latency: spreadOut(100_001, 61_803).map((rank) => rank / 100) } })
    expect(many.distribution('latency')!.series()).toBeUndefined()
    expect(judge('p99(latency) <= 1 s', many, { confidence: 0.95 }).verdict).toBe('pass')
    expect(judge('p99(latency) <= 990 ms', many, { confidence: 0.95 }).verdict).toBe('undecided')
    expect(judge('avg(latency) <= 490 ms', many, { confidence: 0.95 }).verdict).toBe('fail')
    expect(judge('stddev(latency) >= 280 ms', many, { confidence: 0.95 }).verdict).toBe('pass')
  })

  test('above 100,000 samples the first of them tell how correlated neighbours are', () => {
    // Each value fifty times in a row: the mean of m such values in n samples is known as well as that of m.
    const random = seeded(5)
    const values = Array.from({ length: 2400 }, random).flatMap((value) => Array(50).fill(value))
    const many = measured({ values: { latency: values } })
    expect(many.distribution('latency')!.series()).toBeUndefined()
    const [low, high] = judge('avg(latency) <= 1 s', many, { confidence: 0.95 }).interval!
    // Uniform on 0 … 1: standard deviation 0.2887, half-width 1.96 × 0.2887 / √2400; were they independent, 0.00163.
    expect((high! - low!) / 2 / 0.01155).toSatisfy((ratio: number) => ratio > 0.85 && ratio < 1.15)
    // Around the median 1.96 × √(2400 / 4) of 2,400 ranks to either side: 0.0200.
    const median = judge('p50(latency) <= 1 s', many, { confidence: 0.95 }).interval!
    expect((median[1]! - median[0]!) / 2 / 0.02).toSatisfy((ratio: number) => ratio > 0.85 && ratio < 1.15)
  })

  test('looked at for the third time of five, the interval is wider and the message says so', () => {
    // 0.05 / 9 / (1 + 1/4 + 1/9 + 1/16 + 1/25) = 0.0037957, so the ranks are those of 99.62 %: 1177 and 1198 (scipy).
    const third = judge('p99(latency) <= 1.4 s', view, { confidence: 0.95, look: { number: 3, of: 5 } })
    expect(third.interval).toEqual([known(1177), known(1198)])
    expect(third).toMatchObject({
      confidence: 0.95,
      looks: 3,
      message: expect.stringContaining('(n = 1,200, 95 % over 3 looks)'),
    })
  })

  test('what an undecided threshold would be by its figure alone is in the result', () => {
    expect(judge('p99(latency) <= 1.5 s', view, { confidence: 0.95 })).toMatchObject({ estimate: 'fail' })
    expect(judge('p99(latency) <= 1.55 s', view, { confidence: 0.95 })).toMatchObject({ estimate: 'pass' })
    expect(judge('p99(latency) <= 1.7 s', view, { confidence: 0.95 })).not.toHaveProperty('estimate')
    for (const [verdict, estimate, accepted] of [
      ['pass', undefined, true],
      ['fail', undefined, false],
      ['undecided', 'pass', true],
      ['undecided', 'fail', false],
      ['undecided', undefined, false],
    ] as const)
      expect(isAccepted({ verdict, estimate })).toBe(accepted)
  })

  test.each([0, 1, 95, Number.NaN])('a confidence of %d is refused', (confidence) => {
    expect(() => judge('qps > 1', fifteen, { confidence })).toThrow(
      'option "confidence": expected a number above 0 and below 1, for instance 0.95',
    )
  })
})

function timeline(completed: number[], failed: number[], outputTokens: number[] = completed.map(() => 0)): Timeline {
  return { bucketSeconds: 0.1, inFlight: completed.map(() => 1), completed, failed, outputTokens }
}
