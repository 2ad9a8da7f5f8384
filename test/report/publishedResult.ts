/** The result behind the published quick-start example: its numbers, before they were rounded for print. */
import type { Result } from '../../src/result/index.ts'

export const PUBLISHED: Result = {
  schemaVersion: 1,
  name: 'qwen2.5',
  startedAt: '2024-11-07T20:14:13.000Z',
  endpoint: { url: 'http://127.0.0.1:8000/v1/chat/completions', embedded: false },
  interrupted: false,
  config: { parallel: 1, number: 15, onInvalid: 'fail' },
  summary: {
    timeTakenSeconds: 7.53871,
    concurrency: 1,
    totalRequests: 15,
    succeededRequests: 15,
    failedRequests: 0,
    qps: 1.98973,
    latencySeconds: 0.49214,
    ttftSeconds: 0.02613,
    outputTokensPerSecond: 334.00595,
    tpotSeconds: 0.002994,
    packagesPerRequest: 2518 / 15,
    packageLatencySeconds: 0.002941,
    inputTokensPerRequest: 602 / 15,
    outputTokensPerRequest: 2518 / 15,
    expectedRequests: 15,
    resultDbPath: './outputs/qwen2.5_benchmark_20241107_201413.db',
  },
  percentiles: [
    [10, 0.01781, 0.15773],
    [25, 0.01832, 0.23579],
    [50, 0.01988, 0.43111],
    [66, 0.02181, 0.63172],
    [75, 0.04291, 0.71209],
    [80, 0.04318, 0.79571],
    [90, 0.04321, 0.91533],
    [95, 0.04329, 0.98968],
    [98, 0.04329, 0.98968],
    [99, 0.04329, 0.98968],
  ].map(([percentile, first, latency]) => ({
    percentile: percentile!,
    firstChunkLatencySeconds: first!,
    latencySeconds: latency!,
    ttftSeconds: first!,
    tpotSeconds: 0.0029941,
    itlSeconds: 0.0030012,
  })),
  distributions: {
    latency: {
      n: 15,
      mean: 492.14,
      stddev: 250,
      min: 150,
      max: 989.68,
      p50: 431.11,
      p90: 915.33,
      p95: 989.68,
      p99: 989.68,
      p999: 989.68,
      exact: true,
    },
  },
  rates: {
    totalTokensPerSecond: 413.8,
    successRate: 1,
    goodput: null,
    goodShare: null,
    cacheHitShare: null,
    steadyQps: null,
    steadyOutputTokensPerSecond: null,
  },
  errors: {},
  failures: [],
  tokens: { source: 'usage' },
  thresholds: [],
  verdict: 'none',
  client: {
    valid: true,
    reasons: [],
    workers: 1,
    cpuShare: 0.04,
    busyShare: 0.04,
    eventLoopDelayMs: { p50: 0.1, p99: 1.1, max: 3 },
    dispatchDelayMs: { p99: 0.2, max: 0.9 },
    gcPauseMs: { total: 1, max: 1 },
    socketsRefused: 0,
    harnessOverheadMs: 0.2134,
  },
  environment: {
    node: '24.21.0',
    perfgate: '0.1.0',
    os: 'linux x64',
    cpu: 'A CPU',
    cores: 2,
    memoryGiB: 24,
    ci: null,
    commit: null,
  },
  notes: [],
}

/** The example as it was published, but for the space after each title. */
export const PUBLISHED_SUMMARY = `\
+----------------------------------------------+------------------------------------------------+
| key                                          | Value                                          |
+==============================================+================================================+
| Time taken for tests (senconds)              | 7.539                                          |
+----------------------------------------------+------------------------------------------------+
| Number of concurrency                        | 1                                              |
+----------------------------------------------+------------------------------------------------+
| Total requests                               | 15                                             |
+----------------------------------------------+------------------------------------------------+
| Succeed requests                             | 15                                             |
+----------------------------------------------+------------------------------------------------+
| Failed requests                              | 0                                              |
+----------------------------------------------+------------------------------------------------+
| Average QPS                                  | 1.99                                           |
+----------------------------------------------+------------------------------------------------+
| Average latency                              | 0.492                                          |
+----------------------------------------------+------------------------------------------------+
| Average time to first token                  | 0.026                                          |
+----------------------------------------------+------------------------------------------------+
| Throughput(average output tokens per second) | 334.006                                        |
+----------------------------------------------+------------------------------------------------+
| Average time per output token                | 0.00299                                        |
+----------------------------------------------+------------------------------------------------+
| Average package per request                  | 167.867                                        |
+----------------------------------------------+------------------------------------------------+
| Average package latency                      | 0.003                                          |
+----------------------------------------------+------------------------------------------------+
| Average input tokens per request             | 40.133                                         |
+----------------------------------------------+------------------------------------------------+
| Average output tokens per request            | 167.867                                        |
+----------------------------------------------+------------------------------------------------+
| Expected number of requests                  | 15                                             |
+----------------------------------------------+------------------------------------------------+
| Result DB path                               | ./outputs/qwen2.5_benchmark_20241107_201413.db |
+----------------------------------------------+------------------------------------------------+`

export const PUBLISHED_PERCENTILES = `\
+------------+---------------------+---------+
| Percentile | First Chunk Latency | Latency |
+------------+---------------------+---------+
|    10%     |       0.0178        | 0.1577  |
|    25%     |       0.0183        | 0.2358  |
|    50%     |       0.0199        | 0.4311  |
|    66%     |       0.0218        | 0.6317  |
|    75%     |       0.0429        | 0.7121  |
|    80%     |       0.0432        | 0.7957  |
|    90%     |       0.0432        | 0.9153  |
|    95%     |       0.0433        | 0.9897  |
|    98%     |       0.0433        | 0.9897  |
|    99%     |       0.0433        | 0.9897  |
+------------+---------------------+---------+`
