import { expect, test } from 'vitest'
import type { Result } from '../../src/result/index.ts'
import { figuresOf } from '../../src/testing/figures.ts'

const result = {
  verdict: 'fail',
  endpoint: { url: 'http://127.0.0.1:8000', embedded: false },
  summary: {
    timeTakenSeconds: 7.5391234,
    concurrency: null,
    totalRequests: 123456789,
    succeededRequests: 15,
    failedRequests: 0,
    qps: 1.98964,
    latencySeconds: 0.492,
    ttftSeconds: null,
    outputTokensPerSecond: 334.006,
    tpotSeconds: 0.0000001234567,
    packagesPerRequest: null,
    packageLatencySeconds: null,
    inputTokensPerRequest: 40.1333333,
    outputTokensPerRequest: 167.867,
    expectedRequests: null,
    resultDbPath: './reports/x.db',
  },
  distributions: {
    latency: {
      n: 15,
      mean: 492,
      stddev: 250,
      min: 150,
      max: 989.7,
      p50: 431.1,
      p90: 915.3,
      p95: 989.7,
      p99: 989.7,
      p999: 989.7,
      exact: true,
    },
  },
  thresholds: [
    { expression: 'p99(latency) <= 500 ms', verdict: 'fail', actual: 989.7, unit: 'ms', n: 15 },
    { expression: 'goodput > 1', verdict: 'fail', actual: null, unit: '/s', n: 0 },
  ],
} as unknown as Result

test('figures have their unit in the name, six digits, no exponent, and none where nothing was measured', () => {
  expect(figuresOf(result).map(({ name, value }) => `${name} = ${value}`)).toEqual([
    'perf.verdict = fail',
    'perf.time_taken_seconds = 7.53912',
    'perf.total_requests = 123456789',
    'perf.succeeded_requests = 15',
    'perf.failed_requests = 0',
    'perf.qps = 1.98964',
    'perf.avg_latency_seconds = 0.492',
    'perf.output_tokens_per_second = 334.006',
    'perf.avg_tpot_seconds = 0.000000123457',
    'perf.input_tokens_per_request = 40.1333',
    'perf.output_tokens_per_request = 167.867',
    'perf.result_db_path = ./reports/x.db',
    'perf.p50_latency_seconds = 0.4311',
    'perf.p90_latency_seconds = 0.9153',
    'perf.p95_latency_seconds = 0.9897',
    'perf.p99_latency_seconds = 0.9897',
    'perf.max_latency_seconds = 0.9897',
    'perf.threshold p99(latency) <= 500 ms = fail: 989.7 ms (n 15)',
    'perf.threshold goodput > 1 = fail: nothing measured (n 0)',
  ])
})

test('levels of a sweep are told apart', () => {
  expect(figuresOf(result, 'parallel_4')[0]!.name).toBe('perf.parallel_4.verdict')
})

test('the embedded server is named, as a property of JUnit too', () => {
  const embedded = { ...result, endpoint: { ...result.endpoint, embedded: true } }
  expect(figuresOf(embedded)).toContainEqual({ name: 'perf.endpoint', value: 'embedded server' })
  expect(figuresOf(result).some(({ name }) => name === 'perf.endpoint')).toBe(false)
})
