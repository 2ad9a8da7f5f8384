/** The server's own figures beside the client's, against the embedded server, whose truth is known. */
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ServerOptions, startServer } from '../../fixtures/index.ts'
import { renderText, runDocument } from '../../src/report/index.ts'
import { resultSchema } from '../../src/result/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

async function server(options: ServerOptions = {}) {
  const started = await startServer({ ttft: { meanMs: 30 }, itl: { meanMs: 2 }, outputTokens: 5, ...options })
  onTestFinished(() => started.close())
  return started
}

const base = () => ({ model: 'm', noTestConnection: true, outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-')) })

/** Answers every request with these, one after the other, the last again and again. */
async function metricsServer(...answers: [status: number, text: string][]): Promise<string> {
  let asked = 0
  const stub = createServer((_, response) => {
    const [status, text] = answers[Math.min(asked++, answers.length - 1)]!
    response.writeHead(status).end(text)
  })
  await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => stub.close(() => resolve())))
  return `http://127.0.0.1:${(stub.address() as AddressInfo).port}/metrics`
}

describe('metricsUrl', () => {
  it('shows what the engine counted for this run alone, and the difference to the client', async () => {
    const { url, requests } = await server({ slots: 2, ttft: { meanMs: 60 } })
    // What was before the run is not of the run, nor is its warmup.
    await runPerfBenchmark({ ...base(), url, number: 3 })
    const { result } = await runPerfBenchmark({
      ...base(),
      url,
      parallel: 4,
      number: 12,
      warmupNum: 2,
      metricsUrl: '/metrics',
      metricsInterval: 0.05,
    })
    const measured = requests.slice(5)
    expect(measured).toHaveLength(12)
    const view = resultSchema.parse(result).server!
    expect(view.engine).toBe('vllm')
    expect(view.url).toBe(new URL('/metrics', url).href)
    expect(view.failures).toEqual([])
    const mean = (pick: (request: (typeof measured)[number]) => number): number =>
      measured.reduce((sum, request) => sum + pick(request), 0) / 12
    expect(view.times.ttft!.n).toBe(12)
    expect(view.times.ttft!.meanMs).toBeCloseTo(
      mean(({ firstTokenWrittenAt, receivedAt }) => firstTokenWrittenAt! - receivedAt),
      6,
    )
    expect(view.times.queue!.meanMs).toBeCloseTo(
      mean(({ queuedMs }) => queuedMs),
      6,
    )
    expect(view.times.queue!.meanMs).toBeGreaterThan(10)
    expect(view.times.latency!.meanMs).toBeCloseTo(
      mean(({ endedAt, receivedAt }) => endedAt! - receivedAt),
      6,
    )
    expect(view.counters).toMatchObject({ outputTokens: 60 })
    expect(view.gauges.running!.max).toBe(2)
    expect(view.gauges.waiting!.max).toBe(2)
    expect(view.gauges.kvCacheShare!.max).toBe(1)
    expect(view.series.atSeconds).toHaveLength(view.series.running!.length)
    const row = (metric: string) => view.comparison.find((one) => one.metric === metric)!
    const ttft = row('average time to first token')
    expect(ttft.client).toBeCloseTo(result.distributions['ttft']!.mean, 9)
    expect(ttft.difference).toBeCloseTo(ttft.client - ttft.server, 9)
    expect(ttft.difference).toBeGreaterThan(0)
    expect(ttft.meaning).toContain('network')
    expect(row('requests')).toMatchObject({ client: 12, server: 12, difference: 0 })
    expect(row('output tokens')).toMatchObject({ client: 60, server: 60, difference: 0 })
    const text = renderText(runDocument(result))
    expect(text).toContain('Server side:')
    expect(text).toMatch(/average time to first token \(ms\) \| \d/)
    expect(text).toMatch(/queue time [\d.]+ ms on average \(n 12\)/)
  })

  it('never fails the run when nobody answers, but says so', async () => {
    const { url } = await server()
    const { result, verdict } = await runPerfBenchmark({
      ...base(),
      url,
      number: 2,
      metricsUrl: 'http://127.0.0.1:9/metrics',
      thresholds: { successRate: '== 100 %' },
    })
    expect(verdict).toBe('pass')
    expect(result.server).toMatchObject({ engine: null, scrapes: 0, times: {}, comparison: [] })
    expect(result.server!.failures[0]!.count).toBeGreaterThanOrEqual(2)
    expect(renderText(runDocument(result))).toMatch(/scrapes of http:\/\/127\.0\.0\.1:9\/metrics failed/)
  })

  it('notes scrapes that are refused or cannot be read, and goes on with those that can', async () => {
    const { url } = await server({ ttft: { meanMs: 150 } })
    const metricsUrl = await metricsServer(
      [200, 'vllm:num_requests_running 0\nvllm:generation_tokens_total 100\n'],
      [503, 'busy'],
      [200, 'vllm:num_requests_running x\n'],
      [200, 'vllm:num_requests_running 1\nvllm:generation_tokens_total 110\n'],
    )
    const { result } = await runPerfBenchmark({ ...base(), url, number: 2, metricsUrl, metricsInterval: 0.05 })
    const view = result.server!
    expect(view.failures).toEqual([
      { message: 'HTTP 503', count: 1 },
      { message: 'line 1: value of "vllm:num_requests_running" is not a number: "x"', count: 1 },
    ])
    expect(view.counters.outputTokens).toBe(10)
    expect(view.gauges.running).toMatchObject({ mean: 1, max: 1 })
  })

  it('sends the key to the endpoint’s own host only', async () => {
    const { url } = await server()
    const seen: (string | undefined)[] = []
    const stub = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.end('vllm:num_requests_running 0\n')
    })
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise<void>((resolve) => stub.close(() => resolve())))
    const metricsUrl = `http://127.0.0.1:${(stub.address() as AddressInfo).port}/metrics`
    await runPerfBenchmark({ ...base(), url, number: 1, apiKey: 'k-1', metricsUrl })
    expect(seen.length).toBeGreaterThanOrEqual(2)
    expect(new Set(seen)).toEqual(new Set([undefined]))
  })

  it.each([
    ['metrics', 'is no address'],
    ['ftp://h/metrics', 'is no address'],
    ['http://me:secret@h/metrics', 'credentials do not belong in a URL'],
  ])('refuses %s before anything is sent', async (metricsUrl, why) => {
    const { url, requests } = await server()
    await expect(runPerfBenchmark({ ...base(), url, number: 1, metricsUrl })).rejects.toThrow(why)
    expect(requests).toHaveLength(0)
  })
})

describe('cache-hit share', () => {
  it('of a conversation is what the server’s prefix cache had', async () => {
    const { url, requests } = await server({ prefixCache: true, ttft: { meanMs: 2 } })
    const { result } = await runPerfBenchmark({
      ...base(),
      url,
      multiTurn: true,
      dataset: 'random_multi_turn',
      number: 3,
      minTurns: 3,
      maxTurns: 3,
      minPromptLength: 30,
      maxPromptLength: 40,
    })
    // By the server's rule: a token for four characters of all texts, or for one of CJK.
    const tokens = (texts: string[]): number => {
      const units = Array.from({ length: texts.join('').length }, (_, i) => texts.join('').charCodeAt(i))
      const cjk = units.filter((unit) => (unit >= 0x3000 && unit <= 0x9fff) || unit >= 0xff00).length
      return cjk + Math.ceil((units.length - cjk) / 4)
    }
    const sent = requests.map(({ body }) =>
      (body as { messages: { content: string }[] }).messages.map(({ content }) => content),
    )
    const cached = sent.map((texts) => (texts.length === 1 ? 0 : tokens(texts.slice(0, -1))))
    const input = sent.map(tokens)
    const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0)
    expect(result.conversations!.cacheHitShare).toBeCloseTo(sum(cached) / sum(input), 9)
    expect(result.rates.cacheHitShare).toBeCloseTo(sum(cached) / sum(input), 9)
    expect(result.conversations!.perTurn.map(({ cacheHitShare }) => cacheHitShare! > 0.5)).toEqual([false, true, true])
    expect(result.conversations!.perTurn[0]!.cacheHitShare).toBe(0)
  })
})
