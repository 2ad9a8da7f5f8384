/** Times beyond what a timer of Node can take, 2^31 − 1 ms, are waited for: they are not over at once. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

const server = await startServer({ ttft: { meanMs: 20 }, itl: { meanMs: 0 }, outputTokens: 1 })
afterAll(() => server.close())

const base = () => ({
  url: server.url,
  model: 'm',
  noTestConnection: true,
  outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-')),
})

it('a start in a month is not now', async () => {
  const before = server.requests.length
  const stop = new AbortController()
  let announced = 0
  const { result } = await runPerfBenchmark(
    { ...base(), number: 4, startAt: '+3000000' },
    {
      signal: stop.signal,
      // The measured phase is told of while it waits.
      onProgress: ({ phase }) => {
        if (phase === 'measuring' && ++announced === 3) stop.abort()
      },
    },
  )
  expect(result).toMatchObject({ interrupted: true, summary: { totalRequests: 0 } })
  expect(server.requests).toHaveLength(before)
})

it('metrics are not asked for again before a long interval is over', async () => {
  const { result } = await runPerfBenchmark({ ...base(), number: 10, metricsUrl: '/metrics', metricsInterval: 1e12 })
  expect(result.summary.succeededRequests).toBe(10)
  // Once before the load and at most five times after it.
  expect(result.server!.scrapes).toBeGreaterThan(0)
  expect(result.server!.scrapes).toBeLessThanOrEqual(6)
})

it('requests in flight may finish within a long graceful stop', async () => {
  const stop = new AbortController()
  const { result } = await runPerfBenchmark(
    { ...base(), number: 1000, parallel: 2, gracefulStop: 1e12 },
    {
      signal: stop.signal,
      onProgress: ({ phase, inFlight }) => {
        if (phase === 'measuring' && inFlight > 0) stop.abort()
      },
    },
  )
  expect(result.interrupted).toBe(true)
  expect(result.summary.totalRequests).toBeGreaterThan(0)
  expect(result.errors).toEqual({})
})
