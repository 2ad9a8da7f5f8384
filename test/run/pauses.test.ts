/** When a run sends nothing: between two levels, and once it is to end. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type EmbeddedServer, startServer } from '../../fixtures/index.ts'
import { type Outcome, runPerfBenchmark } from '../../src/run/index.ts'

let server: EmbeddedServer
afterEach(() => server.close())

const start = async (ttftMs: number): Promise<void> => {
  server = await startServer({ ttft: { meanMs: ttftMs }, itl: { meanMs: 0 }, outputTokens: 2 })
}
const base = () => ({
  url: server.url,
  model: 'm',
  noTestConnection: true,
  onInvalid: 'warn' as const,
  outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-')),
})

test('between two levels of a sweep nothing is sent for the sleep interval', async () => {
  await start(5)
  await runPerfBenchmark({ ...base(), parallel: [1, 2], number: [4, 4], sleepInterval: 0.4 })
  const [first, second] = [server.requests.slice(0, 4), server.requests.slice(4)]
  expect(second).toHaveLength(4)
  const endedAt = Math.max(...first.map((request) => request.endedAt!))
  // A timer may be a millisecond early.
  expect(second[0]!.receivedAt - endedAt).toBeGreaterThanOrEqual(399)
})

/** Told to end once both of its requests are at the server. */
async function ended(ttftMs: number, gracefulStop: number): Promise<Outcome> {
  await start(ttftMs)
  const stop = new AbortController()
  const onProgress = (): void => {
    if (server.requests.length === 2) stop.abort()
  }
  return runPerfBenchmark({ ...base(), parallel: 2, number: 100, gracefulStop }, { signal: stop.signal, onProgress })
}

test('a graceful stop lets requests in flight finish, and starts no other', async () => {
  const { result } = await ended(700, 30)
  expect(server.requests).toHaveLength(2)
  expect(result.summary).toMatchObject({ succeededRequests: 2, failedRequests: 0 })
})

test('what outlasts a graceful stop is cancelled: counted with its cause, and in no latency', async () => {
  const { result } = await ended(20_000, 0.2)
  expect(result.summary).toMatchObject({ succeededRequests: 0, failedRequests: 2 })
  expect(result.errors).toEqual({ cancelled: 2 })
  expect(result.distributions['latency']).toBeUndefined()
})
