import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startServer, startServerThread } from '../../fixtures/index.ts'
import { runPerfBenchmark } from '../../src/index.ts'
import { type Level, LoadPool, packBodies } from '../../src/load/index.ts'
import { loadThreads } from '../../src/load/loadThreads.ts'
import { RestingThreads } from '../../src/threads/index.ts'

/** Answers with what it was told last, so that a thread is known by its memory. */
const REMEMBERS = `
  const { parentPort } = require('node:worker_threads')
  let known
  parentPort.on('message', (told) => { parentPort.postMessage(known ?? null); known = told })
`

function threads(source = REMEMBERS): RestingThreads {
  return new RestingThreads(() => new Worker(source, { eval: true }))
}

async function tell(worker: Worker, text: string): Promise<string | null> {
  worker.postMessage(text)
  const [answer] = await once(worker, 'message')
  return answer
}

describe('a thread that rests', () => {
  const taken: Worker[] = []
  const take = (from: RestingThreads): Worker => {
    const worker = from.take()
    taken.push(worker)
    return worker
  }
  afterEach(async () => {
    await Promise.all(taken.splice(0).map((worker) => worker.terminate()))
  })

  test('is taken again, with what it has loaded; one that works is not', async () => {
    const some = threads()
    const first = take(some)
    expect(await tell(first, 'first')).toBeNull()
    const second = take(some)
    expect(await tell(second, 'second')).toBeNull()
    some.rest(first)
    expect(await tell(take(some), 'again')).toBe('first')
    expect(some.isEmpty).toBe(true)
  })

  test('hears nobody of its last run, and keeps no listener', async () => {
    const some = threads()
    const heard: unknown[] = []
    const worker = take(some)
    worker.on('message', (message) => heard.push(message))
    worker.on('exit', () => heard.push('exit'))
    some.rest(worker)
    await tell(take(some), 'new')
    await worker.terminate()
    expect(heard).toEqual([])
  })

  test('and dies meanwhile is replaced, and its error is nobody’s', async () => {
    const some = threads(`const { parentPort } = require('node:worker_threads')
      parentPort.on('message', () => { setTimeout(() => { throw new Error('planted') }) })`)
    const worker = take(some)
    worker.postMessage('die')
    some.rest(worker)
    await new Promise((resolve) => worker.once('exit', resolve))
    expect(some.isEmpty).toBe(true)
    expect(take(some)).not.toBe(worker)
  })

  test('ends when nobody wants it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const some = threads()
    const worker = take(some)
    await once(worker, 'online')
    vi.useRealTimers()
    some.rest(worker)
    expect(some.isEmpty).toBe(false)
    await once(worker, 'exit')
    expect(some.isEmpty).toBe(true)
  })
})

describe('the load threads of a process', () => {
  const outputs = mkdtempSync(join(tmpdir(), 'perfgate-'))
  const custom = new URL('../faults/apis/planted.ts', import.meta.url).pathname

  const level: Level = {
    executor: 'shared-iterations',
    parallel: 1,
    number: 1,
    rate: -1,
    durationMs: Number.POSITIVE_INFINITY,
    burstiness: 1,
    stages: [],
    timestamps: [],
    seed: 0,
  }

  /** Ends those that rest. */
  async function wake(): Promise<void> {
    while (!loadThreads.isEmpty) await loadThreads.take().terminate()
  }

  test('rest after a run and send the next one, which counts its own requests alone', async () => {
    const server = await startServer({ outputTokens: 8 })
    const config = { url: server.url, model: 'm', prompt: 'hi', parallel: 2, outputsDir: outputs }
    await wake()
    const first = await runPerfBenchmark({ ...config, number: 7 })
    const thread = loadThreads.take()
    loadThreads.rest(thread)
    const second = await runPerfBenchmark({ ...config, number: 3, headers: { 'x-run': 'second' } })
    expect(loadThreads.take()).toBe(thread)
    await thread.terminate()
    expect([first, second].map(({ summary }) => [summary.totalRequests, summary.failedRequests])).toEqual([
      [7, 0],
      [3, 0],
    ])
    // Two connection tests, and every request once.
    expect(server.requests.map(({ headers }) => headers['x-run'])).toEqual([
      ...Array.from({ length: 8 }, () => undefined),
      ...Array.from({ length: 4 }, () => 'second'),
    ])
    await server.close()
  })

  test('end with a run that had a module of the user', async () => {
    const server = await startServer({ outputTokens: 8 })
    await wake()
    await runPerfBenchmark({
      url: server.url,
      model: 'm',
      prompt: 'hi',
      api: 'custom',
      customApi: custom,
      number: 2,
      outputsDir: outputs,
    })
    expect(loadThreads.isEmpty).toBe(true)
    await server.close()
  })

  test('end with a run that is given up while they get ready, which then waits for nothing', async () => {
    await wake()
    const pool = new LoadPool({
      api: 'openai',
      origin: 'http://127.0.0.1:9',
      path: '/',
      headers: [],
      stream: true,
      connectTimeoutMs: 1000,
      readTimeoutMs: 1000,
      totalTimeoutMs: 1000,
      bodies: packBodies(['{}']),
      workers: 1,
      onBatch: () => {},
    })
    const asked = pool.run(level, false)
    // Its canned server has to start first: nothing is asked after the end.
    const calibrated = pool.calibrate()
    await pool.close()
    expect(await asked).toMatchObject({ broken: 'the run is over' })
    expect(await calibrated).toBeNull()
    expect(loadThreads.isEmpty).toBe(true)
  })
})

test('the embedded server starts anew on a thread that rested, with its new options and no memory', async () => {
  const ask = async (url: string): Promise<string> =>
    (
      await fetch(new URL('/v1/chat/completions', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: false }),
      })
    ).text()
  const first = await startServerThread({ outputTokens: 3 })
  expect(JSON.parse(await ask(first.url))).toMatchObject({ usage: { completion_tokens: 3 } })
  await first.close()
  await expect(fetch(first.url)).rejects.toThrow()
  const second = await startServerThread({ outputTokens: 5 })
  expect(JSON.parse(await ask(second.url))).toMatchObject({ usage: { completion_tokens: 5 } })
  await expect(startServerThread({ port: second.port })).rejects.toThrow(/port/)
  await second.close()
})
