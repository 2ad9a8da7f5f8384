/** Reported figures against a server whose true timing is known, in the same process and on the same clock. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { type EmbeddedServer, type ServerOptions, startServer, startServerThread } from '../../fixtures/index.ts'
import { resolveConfig } from '../../src/config/index.ts'
import { decideVerdict, evaluateThresholds, parseThresholds } from '../../src/gates/index.ts'
import { LoadPool, packBodies } from '../../src/load/index.ts'
import { levelsOf, type RunLevel } from '../../src/load/levels.ts'
import { RunMetrics } from '../../src/metrics/index.ts'
import { judgeClient } from '../../src/run/clientHealth.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function server(options: ServerOptions): Promise<EmbeddedServer> {
  const started = await startServer(options)
  closers.push(() => started.close())
  return started
}

async function serverThread(options: ServerOptions): Promise<string> {
  const started = await startServerThread(options)
  closers.push(() => started.close())
  return started.url
}

const base = () => ({ model: 'm', noTestConnection: true, outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-')) })

interface Row {
  request_id: string
  start_time: number
  latency: number
  time_to_first_token: number
  last_token_time: number
  inter_token_latencies: string
  completion_tokens: number
  warmup: number
  success: number
  worker: number
}

function rowsOf(path: string | null): Row[] {
  const db = new DatabaseSync(path!, { readOnly: true })
  const rows = db.prepare('select * from result order by start_time').all() as unknown as Row[]
  db.close()
  return rows
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!

describe('stamps', () => {
  it('are those of the server, request by request: never early, and at the median far closer than the time to first token', async () => {
    const { url, requests } = await server({
      ttft: { kind: 'lognormal', meanMs: 60, stddevMs: 20 },
      itl: { kind: 'normal', meanMs: 8, stddevMs: 2 },
      outputTokens: { min: 5, max: 15 },
    })
    const { resultDbPath, summary } = await runPerfBenchmark({ ...base(), url, parallel: 4, number: 40 })
    const rows = rowsOf(resultDbPath)
    expect(rows).toHaveLength(40)
    const late: number[] = []
    for (const row of rows) {
      const truth = requests.find(({ index }) => `req-${index}` === row.request_id)!
      const startedAt = row.start_time * 1000 - performance.timeOrigin
      expect(row.completion_tokens).toBe(truth.outputTokens)
      expect((JSON.parse(row.inter_token_latencies) as number[]).length).toBe(truth.outputTokens - 1)
      // Doubles of Unix seconds resolve a fraction of a microsecond: 0.01 ms covers it.
      const seenAt = startedAt + row.time_to_first_token * 1000
      expect(seenAt).toBeGreaterThanOrEqual(truth.firstTokenWrittenAt! - 0.01)
      expect(row.time_to_first_token * 1000).toBeGreaterThanOrEqual(truth.ttftMs)
      const decodeMs = (row.last_token_time - row.time_to_first_token) * 1000
      expect(row.latency * 1000).toBeGreaterThanOrEqual(truth.ttftMs + truth.gapsMs.reduce((a, b) => a + b, 0))
      // 0 where a stalled machine delivers the whole answer in one read.
      expect(decodeMs).toBeGreaterThanOrEqual(0)
      late.push(seenAt - truth.firstTokenWrittenAt!)
    }
    expect(median(late)).toBeLessThan(5)
    const trueMean = requests.reduce((sum, { ttftMs }) => sum + ttftMs, 0) / requests.length
    expect(summary.ttftSeconds! * 1000 - trueMean).toBeGreaterThan(0)
  })
})

describe('coordinated omission', () => {
  it('a stall of one second is in the response times of all that were due in it, though one request only was sent', async () => {
    const url = await serverThread({
      ttft: { meanMs: 1 },
      itl: { meanMs: 0 },
      outputTokens: 1,
      stall: { atMs: 500, forMs: 1000 },
    })
    const { result } = await runPerfBenchmark({
      ...base(),
      url,
      executor: 'constant-arrival-rate',
      rate: 100,
      parallel: 1,
      number: 200,
    })
    const { latency, responseTime } = result.distributions
    // 100 requests were due in that second, the first of which waited all of it: half waited for half a second or more.
    expect(responseTime!.p99).toBeGreaterThan(900)
    expect(responseTime!.mean).toBeGreaterThan(200)
    // Counted from the moment it was sent, one request in 200 shows it.
    expect(latency!.max).toBeGreaterThan(900)
    expect(latency!.p95).toBeLessThan(responseTime!.p95 / 2)
  })
})

describe('an overloaded client', () => {
  const busy =
    'data:text/javascript,setInterval(() => { const end = performance.now() + 40; while (performance.now() < end); }, 1)'

  async function judged(imports: string[]) {
    const url = new URL(await serverThread({ ttft: { meanMs: 20 }, itl: { meanMs: 1 }, outputTokens: 10 }))
    const metrics = new RunMetrics(performance.now())
    const pool = new LoadPool({
      api: 'openai',
      origin: url.origin,
      path: '/v1/chat/completions',
      headers: ['content-type', 'application/json'],
      stream: true,
      connectTimeoutMs: 5000,
      readTimeoutMs: 5000,
      totalTimeoutMs: 5000,
      bodies: packBodies([JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] })]),
      workers: 1,
      imports,
      onBatch: (batch) => metrics.add(batch),
    })
    const [{ level }] = levelsOf(resolveConfig({ parallel: 4, number: 60 })) as [RunLevel]
    const report = await pool.run(level, false)
    await pool.close()
    const client = judgeClient({
      report,
      metrics,
      uncapped: false,
      smallestGatedMs: 1000,
      calibration: null,
      freeCores: 0,
    })
    const thresholds = evaluateThresholds(parseThresholds({ 'p99(latency)': '< 1000 s' }), metrics)
    return {
      client,
      thresholds,
      verdict: decideVerdict({
        judged: thresholds,
        requests: { total: metrics.total, succeeded: metrics.succeeded, cancelled: 0 },
        clientJudged: client.valid,
        interrupted: false,
      }),
    }
  }

  it('a busy loop in its thread yields invalid, with reason and remedy, although the threshold is kept', async () => {
    const { client, thresholds, verdict } = await judged([busy])
    expect(thresholds[0]?.verdict).toBe('pass')
    expect(verdict).toBe('invalid')
    expect(client.reasons.join('\n')).toMatch(/busy for \d+ % of the time.*\(limit 85 %\).*more free cores/)
    expect(client.busyShare).toBeGreaterThan(0.85)
  })

  it('without the busy loop the same load uses far less of its thread', async () => {
    expect((await judged([])).client.busyShare).toBeLessThan(0.85)
  })
})

describe('several load threads', () => {
  // Again where the machine stood still in one of the two runs.
  it('send exactly the requests of one, and give the same distributions', { retry: 2 }, async () => {
    const options: ServerOptions = {
      ttft: { kind: 'lognormal', meanMs: 40, stddevMs: 8 },
      itl: { meanMs: 3 },
      outputTokens: 10,
    }
    const results = []
    for (const workers of [1, 2]) {
      const { url, requests } = await server(options)
      const outcome = await runPerfBenchmark({ ...base(), url, parallel: 5, number: 101, workers })
      expect(requests).toHaveLength(101)
      const rows = rowsOf(outcome.resultDbPath)
      expect(new Set(rows.map(({ worker }) => worker)).size).toBe(workers)
      results.push(outcome.result)
    }
    const [one, two] = results
    expect(one!.client.workers).toBe(1)
    expect(two!.client.workers).toBe(2)
    // The same seeded server draws the same 101 times to first token for both.
    expect(Math.abs(one!.distributions['ttft']!.p50 - two!.distributions['ttft']!.p50)).toBeLessThan(5)
    expect(two!.summary.outputTokensPerRequest).toBe(one!.summary.outputTokensPerRequest)
  })

  it('share open-loop arrivals without losing or doubling one', async () => {
    const { url, requests } = await server({ ttft: { meanMs: 2 }, itl: { meanMs: 0 }, outputTokens: 2 })
    const { result } = await runPerfBenchmark({ ...base(), url, rate: 300, openLoop: true, number: 151, workers: 3 })
    expect(requests).toHaveLength(151)
    expect(result.summary).toMatchObject({ totalRequests: 151, failedRequests: 0, concurrency: null })
  })
})

describe('phases', () => {
  const quick: ServerOptions = { ttft: { meanMs: 5 }, itl: { meanMs: 0 }, outputTokens: 3 }

  it('warmup requests are sent and stored, but are in no figure', async () => {
    const { url, requests } = await server(quick)
    const { summary, resultDbPath } = await runPerfBenchmark({ ...base(), url, parallel: 2, number: 10, warmupNum: 4 })
    expect(requests).toHaveLength(14)
    expect(summary.totalRequests).toBe(10)
    expect(rowsOf(resultDbPath).filter(({ warmup }) => warmup === 1)).toHaveLength(4)
  })

  it('a duration stops starts softly: what is in flight finishes', async () => {
    const { url, requests } = await server({ ...quick, ttft: { meanMs: 120 } })
    const { summary } = await runPerfBenchmark({ ...base(), url, parallel: 3, duration: 0.5 })
    expect(summary.failedRequests).toBe(0)
    expect(summary.succeededRequests).toBe(requests.length)
    // No request may start later than half a second after the first one.
    expect(requests.at(-1)!.receivedAt - requests[0]!.receivedAt).toBeLessThan(500 + 120)
    expect(summary.timeTakenSeconds).toBeGreaterThanOrEqual(0.48)
  })

  it('connections are opened beforehand: no request carries the time of one, unless preconnect is off', async () => {
    const { url } = await server(quick)
    for (const preconnect of [true, false]) {
      const { resultDbPath } = await runPerfBenchmark({ ...base(), url, parallel: 3, number: 9, preconnect })
      const db = new DatabaseSync(resultDbPath!, { readOnly: true })
      const { n } = db.prepare('select count(connect_time) as n from result').get() as { n: number }
      db.close()
      expect(n).toBe(preconnect ? 0 : 3)
    }
  })

  it('debug says the resolved options, without secrets', async () => {
    const { url } = await server(quick)
    const said: string[] = []
    await runPerfBenchmark(
      { ...base(), url, number: 1, debug: true, apiKey: 'k-9' },
      { onNotice: (text) => said.push(text) },
    )
    expect(said.join()).toContain('"parallel":1')
    expect(said.join()).not.toContain('k-9')
  })

  it('a sweep gives a result for each level, with files of their own', async () => {
    const { url } = await server(quick)
    const { results, jsonPaths } = await runPerfBenchmark({
      ...base(),
      url,
      parallel: [1, 3],
      number: [4, 9],
      sleepInterval: 0,
    })
    expect(results.map(({ summary }) => [summary.concurrency, summary.totalRequests])).toEqual([
      [1, 4],
      [3, 9],
    ])
    expect(jsonPaths.map((path) => /parallel_\d/.exec(path)?.[0])).toEqual(['parallel_1', 'parallel_3'])
  })

  it('concurrency is never above what was asked for', async () => {
    const { url, requests } = await server({ ...quick, ttft: { meanMs: 20 } })
    await runPerfBenchmark({ ...base(), url, parallel: 7, number: 70, workers: 2 })
    const edges = requests.flatMap(
      ({ receivedAt, endedAt }) =>
        [
          [receivedAt, 1],
          [endedAt!, -1],
        ] as [number, number][],
    )
    edges.sort(([a, x], [b, y]) => a - b || x - y)
    let now = 0
    expect(Math.max(...edges.map(([, change]) => (now += change)))).toBeLessThanOrEqual(7)
  })

  it('an aborted run keeps what was measured and says so', async () => {
    const { url } = await server({ ...quick, ttft: { meanMs: 30 } })
    const stop = new AbortController()
    const { result } = await runPerfBenchmark(
      { ...base(), url, parallel: 2, number: 100_000 },
      { signal: stop.signal, onProgress: ({ done }) => done > 10 && stop.abort() },
    )
    expect(result.interrupted).toBe(true)
    expect(result.summary.succeededRequests).toBeGreaterThan(10)
    expect(result.summary.failedRequests).toBe(0)
  })

  it('without usage from the server, tokens are counted here and marked as estimated', async () => {
    const { url, requests } = await server({ ...quick, outputTokens: 8 })
    const { result } = await runPerfBenchmark({ ...base(), url, number: 3, extraArgs: { stream_options: null } })
    expect(requests).toHaveLength(3)
    expect(result.tokens.source).toBe('estimated')
    expect(result.summary.outputTokensPerRequest).toBeGreaterThan(0)
    expect(result.notes.join(' ')).toContain('counted with gpt-tokenizer')
  })
})
