import { afterEach, expect, it, vi } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { findApi } from '../../src/apis/index.ts'
import { Connection } from '../../src/client/index.ts'
import type { Engine } from '../../src/load/engine.ts'
import { executorNamed, type OpenLoop as OpenExecutor } from '../../src/load/executors.ts'
import type { Level } from '../../src/load/level.ts'
import { OpenLoop } from '../../src/load/openLoop.ts'
import { BatchWriter } from '../../src/samples/index.ts'

const delays: number[] = []
vi.mock('node:timers', async (original) => {
  const timers = await original<typeof import('node:timers')>()
  const setTimeout = (action: () => void, ms: number) => {
    delays.push(ms)
    return timers.setTimeout(action, ms)
  }
  return { ...timers, setTimeout }
})

const LEVEL: Level = {
  executor: 'constant-arrival-rate',
  parallel: Number.POSITIVE_INFINITY,
  number: 6,
  rate: 200,
  durationMs: Number.POSITIVE_INFINITY,
  burstiness: 1,
  stages: [],
  timestamps: [],
  seed: 0,
}

const constantArrivalRate = executorNamed('constant-arrival-rate') as OpenExecutor

afterEach(() => vi.restoreAllMocks())

it('starts what is due between two reads, without a turn of the event loop', () => {
  const started: number[] = []
  const engine = {
    dueAt: Number.POSITIVE_INFINITY,
    inFlight: 0,
    unsent: 0,
    hasIdle: true,
    owns: () => true,
    mayStart: () => true,
    start: (index: number) => void started.push(index),
  }
  let now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const startAt = now
  const phase = { level: LEVEL, startAt, warmup: false }
  const loop = new OpenLoop(engine as unknown as Engine, constantArrivalRate, phase, () => {})
  loop.begin()
  expect(started).toEqual([0])
  expect(engine.dueAt).toBeCloseTo(startAt + 5, 6)
  now = startAt + 10.5
  engine.hasIdle = false
  loop.onDue()
  expect(started).toEqual([0])
  // Nothing more is asked at reads until the loop's own turn.
  expect(engine.dueAt).toBe(Number.POSITIVE_INFINITY)
  engine.hasIdle = true
  loop.onDue()
  expect(started).toEqual([0, 1, 2])
  expect(engine.dueAt).toBeCloseTo(startAt + 15, 6)
  now = startAt + 26
  loop.onDue()
  expect(started).toEqual([0, 1, 2, 3, 4, 5])
  expect(engine.dueAt).toBe(Number.POSITIVE_INFINITY)
  loop.stop()
})

it('keeps its cap and the order of arrivals when one becomes due between the end of an answer and its release', () => {
  let now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const started: number[] = []
  let most = 0
  const engine = {
    dueAt: Number.POSITIVE_INFINITY,
    inFlight: 0,
    unsent: 0,
    hasIdle: true,
    owns: () => true,
    mayStart: () => true,
    shareOf: (total: number) => total,
    park: () => {},
    start(index: number) {
      started.push(index)
      most = Math.max(most, ++this.inFlight)
    },
  }
  const phase = { level: { ...LEVEL, parallel: 2 }, startAt: now, warmup: false }
  const loop = new OpenLoop(engine as unknown as Engine, constantArrivalRate, phase, () => {})
  loop.begin()
  now += 10
  loop.onDue()
  expect(started).toEqual([0, 1])
  // The first answer ends; before its connection is released, a fourth request becomes due.
  engine.inFlight--
  now += 5
  loop.onDue()
  expect(started).toEqual([0, 1])
  loop.onFree({} as Connection)
  expect(started).toEqual([0, 1, 2])
  engine.inFlight = 0
  loop.onFree({} as Connection)
  loop.onFree({} as Connection)
  expect(started).toEqual([0, 1, 2, 3])
  expect(most).toBe(2)
  loop.stop()
})

it('is told by a connection at each read once a request is due, and not before', async () => {
  const server = await startServer({ ttft: { meanMs: 1 }, itl: { meanMs: 1 }, outputTokens: 3 })
  const target = {
    api: findApi('openai'),
    origin: new URL(server.url).origin,
    path: '/v1/chat/completions',
    headers: ['content-type', 'application/json'],
    stream: true,
    connectTimeoutMs: 5000,
    readTimeoutMs: 5000,
  }
  const told = async (dueAt: number): Promise<number> => {
    let calls = 0
    const writer = new BatchWriter(0)
    await new Promise<void>((resolve) => {
      const connection = new Connection(target, writer, {
        dueAt,
        onDue: () => void calls++,
        onIdle: () => resolve(),
        onConnected: () => {},
        onDescriptorsExhausted: () => {},
      })
      const bytes = Buffer.from(
        JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
      )
      connection.send({
        index: 0,
        body: 0,
        bytes,
        scheduledAt: Number.NaN,
        flags: 0,
        headers: undefined,
        turn: undefined,
      })
    })
    expect(writer.count).toBe(1)
    return calls
  }
  expect(await told(0)).toBeGreaterThan(0)
  expect(await told(performance.now() + 3_600_000)).toBe(0)
  await server.close()
})

it('waits for an arrival in ages with a timer that Node takes', () => {
  delays.length = 0
  const engine = {
    dueAt: Number.POSITIVE_INFINITY,
    inFlight: 0,
    unsent: 0,
    owns: () => true,
    mayStart: () => true,
    start: () => {},
  }
  const phase = { level: { ...LEVEL, rate: 1e-300 }, startAt: performance.now(), warmup: false }
  const loop = new OpenLoop(engine as unknown as Engine, constantArrivalRate, phase, () => {})
  loop.begin()
  loop.stop()
  expect(delays).toEqual([2 ** 31 - 1])
})
