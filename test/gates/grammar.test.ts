/** Threshold expressions: what is read, and what is refused with which words. */
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import { gateRecord, parseExpression, parseObjectives, parseThresholds, requireCounted } from '../../src/gates/index.ts'
import { DISTRIBUTION_NAMES, SCALAR_NAMES } from '../../src/metrics/index.ts'
import { FAILURE_CAUSES } from '../../src/samples/index.ts'

describe('units', () => {
  test.each([
    ['p99(latency) <= 1.5 s', '<=', 1500, 'ms'],
    ['p99(latency)<=1.5s', '<=', 1500, 'ms'],
    ['  p99( latency )  <  250   us ', '<', 0.25, 'ms'],
    ['p99(latency) < 250 µs', '<', 0.25, 'ms'],
    ['avg(ttft) > 2 min', '>', 120_000, 'ms'],
    ['p99(latency) <= 1.005 s', '<=', 1005, 'ms'],
    ['p99(latency) <= 1.5e3 ms', '<=', 1500, 'ms'],
    ['p99(latency) >= 0', '>=', 0, 'ms'],
    ['timeTaken < 2 min', '<', 120, 's'],
    ['timeTaken < 250 ms', '<', 0.25, 's'],
    ['successRate >= 99.9 %', '>=', 0.999, 'share'],
    ['successRate >= 0.999', '>=', 0.999, 'share'],
    ['errorRate == 0', '==', 0, 'share'],
    ['qps >= 4', '>=', 4, '/s'],
    ['qps >= .5 /s', '>=', 0.5, '/s'],
    ['outputTokensPerSecond > 300 tok/s', '>', 300, 'tok/s'],
    ['avg(outputSpeed) > 30', '>', 30, 'tok/s'],
    ['p50(inputTokens) <= 1024 tokens', '<=', 1024, 'tokens'],
    ['max(packages) <= 512', '<=', 512, ''],
    ['errors(stream-truncated) == 0', '==', 0, ''],
    ['count(tpot) >= 10', '>=', 10, ''],
  ])('%s', (expression, operator, limit, unit) => {
    expect(parseExpression(expression)).toMatchObject([{ operator, limit, unit }])
  })
})

test.each([
  ['p99_latency < 2 s', 'p99(latency)'],
  ['mean(latency) < 2 s', 'avg(latency)'],
  ['avg_latency < 2 s', 'avg(latency)'],
  ['med(latency) < 2 s', 'p50(latency)'],
  ['p99.90(first_chunk_latency) < 2 s', 'p99.9(firstChunkLatency)'],
  ['p99.9_first_chunk_latency < 2 s', 'p99.9(firstChunkLatency)'],
  ['rps > 1', 'qps'],
  ['tps > 1', 'outputTokensPerSecond'],
  ['tokensPerSecond > 1', 'outputTokensPerSecond'],
])('%s is about %s', (expression, name) => {
  expect(parseExpression(expression)[0]!.statistic.name).toBe(name)
})

test('every metric has every aggregate, and every metric of a run is one', () => {
  const aggregates = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'avg', 'min', 'max', 'stddev', 'count']
  for (const metric of DISTRIBUTION_NAMES)
    for (const aggregate of aggregates)
      expect(parseExpression(`${aggregate}(${metric}) >= 0`)).toMatchObject([
        { statistic: { name: `${aggregate}(${metric})` }, limit: 0 },
      ])
  for (const name of SCALAR_NAMES) expect(parseExpression(`${name} >= 0`)).toMatchObject([{ statistic: { name } }])
  for (const cause of FAILURE_CAUSES)
    expect(parseExpression(`errors(${cause}) <= 3`)).toMatchObject([
      { statistic: { name: `errors(${cause})` }, limit: 3 },
    ])
})

test('an expression is shown as written, with tidy spaces', () => {
  expect(parseExpression('p99_latency<=1.50s').map(({ expression }) => expression)).toEqual(['p99_latency <= 1.50 s'])
})

test('conditions are joined by && or and, in a string or a list, and each becomes a threshold', () => {
  const expected = ['qps >= 4', 'qps < 100 /s']
  expect(parseExpression('qps >= 4 && < 100 /s').map(({ expression }) => expression)).toEqual(expected)
  expect(parseThresholds({ qps: '>=4 and <100/s' }).map(({ expression }) => expression)).toEqual(expected)
  expect(parseThresholds({ qps: ['>= 4', '< 100 /s'] }).map(({ expression }) => expression)).toEqual(expected)
  expect(parseExpression('qps >= 4 and p99(latency) < 1 s').map(({ key }) => key)).toEqual(['qps', 'p99(latency)'])
})

test('expressions of the CLI become the thresholds of a scenario', () => {
  const record = gateRecord('threshold', ['p99(latency) <= 1.5 s', 'qps >= 4 && < 100', 'p99(latency) > 1 ms'])
  expect(record).toEqual({ 'p99(latency)': ['<= 1.5 s', '> 1 ms'], qps: ['>= 4', '< 100'] })
  expect(parseThresholds(record)).toHaveLength(4)
})

test.each([
  ['p99(latncy) < 1s', 'threshold "p99(latncy) < 1s": unknown metric "latncy", did you mean "latency"?'],
  ['qps >= 4 ms', 'threshold "qps >= 4 ms": qps is counted per second; write "/s" or no unit'],
  [
    'p99(latency) < 1',
    'threshold "p99(latency) < 1": latency is a time; add a unit (us, ms, s or min), for instance "1 ms"',
  ],
  ['p99(latency) < 1 sec', 'threshold "p99(latency) < 1 sec": latency is a time; write us, ms, s or min'],
  ['avrg(latency) < 1 s', 'threshold "avrg(latency) < 1 s": unknown aggregate "avrg", did you mean "avg"?'],
  ['p101(latency) < 1 s', '"p101" is not a percentile; they go from p0 to p100, with decimals as in p99.9'],
  ['p9.9.9(latency) < 1 s', '"p9.9.9" is not a percentile'],
  ['p999_ttft < 1 s', '"p999" is not a percentile'],
  ['P99(latency) < 1 s', 'did you mean "p99"?'],
  [
    'latency < 1 s',
    'latency has one value for each request; say which statistic of them, for instance "p99(latency)" or "avg(latency)"',
  ],
  ['p99(qps) > 4', 'qps is one number for the whole run; write it alone: "qps"'],
  ['sucessRate >= 99 %', 'unknown metric or statistic "sucessRate", did you mean "successRate"?'],
  ['p99latency < 1 s', 'did you mean "p99(latency)"?'],
  ['errors(rest) == 0', 'unknown failure cause "rest", did you mean "reset"?'],
  ['errors == 0', 'write for instance "errors(reset)", or "failedRequests" for all'],
  ['< 1 s', 'nothing to compare; begin with a statistic'],
  ['qps', 'no operator; write for instance "<= 1.5 s"'],
  ['qps 4', 'unknown metric or statistic "qps 4"'],
  ['qps = 4', 'unknown operator "=", did you mean "=="?'],
  ['qps => 4', 'unknown operator "=>", did you mean ">="?'],
  ['qps ≥ 4', 'unknown operator "≥", did you mean ">="?'],
  ['qps != 4', 'unknown operator "!="; the operators are < <= > >= =='],
  ['qps >=', 'a number is missing after the operator'],
  ['qps >= four', '"four" is not a number'],
  ['totalRequests >= 1,200', '"1,200": digits are not grouped and decimals take a point'],
  ['totalRequests >= 1_200', '"1_200": digits are not grouped and decimals take a point'],
  ['p99(latency) <= 1,5 s', '"1,5 s": digits are not grouped and decimals take a point'],
  ['p99(latency) <= 1 500 ms', '"1 500 ms": digits are not grouped'],
  ['successRate >= 99.9', 'successRate is a share, at most 100 %; write "99.9 %" for 99.9 per cent'],
  ['errorRate <= 150 %', 'errorRate is a share, at most 100 %'],
  ['successRate >= 1 s', 'successRate is a share; write "%", or a number from 0 to 1 with no unit'],
  ['p99(latency) > -1 ms', 'latency is never negative'],
  ['outputTokensPerSecond > 3 /s', 'outputTokensPerSecond is counted in tokens per second; write "tok/s" or no unit'],
  ['avg(outputTokens) > 3 ms', 'outputTokens is counted in tokens; write "tokens" or no unit'],
  ['count(latency) > 3 ms', 'count(latency) is a count; write no unit'],
  ['constructor > 3', 'unknown metric or statistic "constructor"'],
  ['constructor(latency) > 3', 'unknown aggregate "constructor"'],
  ['qps > 3 constructor', 'qps is counted per second'],
  ['qps > 1e999', 'too large a number'],
])('refused: %s', (expression, message) => {
  expect(() => parseExpression(expression)).toThrow(ConfigError)
  expect(() => parseExpression(expression)).toThrow(message)
})

describe('contradictions', () => {
  test.each([
    [{ qps: ['> 5', '< 3'] }, 'threshold "qps": "> 5" and "< 3" contradict each other: no value can meet both'],
    [{ qps: '>= 5 && < 5' }, '">= 5" and "< 5" contradict each other'],
    [{ qps: ['== 4', '== 5'] }, 'contradict each other'],
    [
      { 'p99(latency)': '> 1 s', p99_latency: '< 900 ms' },
      'threshold "p99(latency), p99_latency": "> 1 s" and "< 900 ms" contradict each other',
    ],
    [{ successRate: '> 100 %' }, 'no value can meet "> 100 %": a share is from 0 to 100 %'],
    [{ 'p99(latency)': '< 0' }, 'no value can meet "< 0": it is never below 0'],
  ])('%o', (record, message) => {
    expect(() => parseThresholds(record as Record<string, string>)).toThrow(message)
  })

  test('touching conditions can be met', () => {
    expect(parseThresholds({ qps: ['>= 5', '<= 5', '== 5'], successRate: '>= 100 %', errorRate: '<= 0' })).toHaveLength(
      5,
    )
  })

  test('expressions of one CLI call are set against each other', () => {
    expect(() => gateRecord('threshold', ['qps > 5', 'rps < 3'])).toThrow('contradict each other')
  })
})

test('what is not a condition is refused by name', () => {
  expect(() => parseThresholds({ qps: [{ min: 4 }] as unknown as string[] })).toThrow(
    'threshold "qps": expected a condition like "<= 1.5 s", or { threshold: "<= 1.5 s", abortOnFail: true }, got {"min":4}',
  )
  expect(() => parseThresholds(['qps > 4'] as unknown as Record<string, string>)).toThrow(
    'option "thresholds": expected an object',
  )
})

test('a threshold on goodput asks for objectives', () => {
  const thresholds = parseThresholds({ qps: '> 1', goodput: '>= 4' })
  expect(() => requireCounted(thresholds, { objectives: [] })).toThrow(
    'threshold "goodput >= 4": goodput counts the requests that meet the objectives',
  )
  expect(() =>
    requireCounted(thresholds, {
      objectives: parseObjectives({ ttft: '< 1 s' }),
      prices: undefined,
      metricsUrl: undefined,
    }),
  ).not.toThrow()
})

describe('objectives', () => {
  test('hold for single requests, in the unit of the metric', () => {
    const [ttft, tpot] = parseObjectives({ ttft: '<= 200 ms', tpot: '< 0.05 s' })
    expect(ttft).toMatchObject({ metric: 'ttft', operator: '<=', limit: 200, expression: 'ttft <= 200 ms' })
    expect([ttft!.holds(200), ttft!.holds(200.1)]).toEqual([true, false])
    expect([tpot!.holds(49.9), tpot!.holds(50)]).toEqual([true, false])
  })

  test('come from the CLI as expressions', () => {
    expect(gateRecord('objective', ['ttft <= 200 ms', 'outputTokens>=10', 'ttft > 1 ms'])).toEqual({
      ttft: '<= 200 ms && > 1 ms',
      outputTokens: '>=10',
    })
  })

  test.each([
    [{ ttfft: '< 1 s' }, 'objective "ttfft < 1 s": unknown metric "ttfft", did you mean "ttft"?'],
    [{ ttft: '< 1' }, 'objective "ttft < 1": ttft is a time; add a unit'],
    [{ connect: '< 1 ms' }, 'connection time is not part of one request'],
    [{ dispatchDelay: '< 1 ms' }, 'responseTime counts the delay in'],
    [{ ttft: '> 2 s and < 1 s' }, 'contradict each other'],
    [{ qps: '> 2' }, 'qps is one number for the whole run'],
  ])('refused: %o', (objectives, message) => {
    expect(() => parseObjectives(objectives as Record<string, string>)).toThrow(message)
  })
})
