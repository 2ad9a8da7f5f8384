/**
 * Runs the load path against a canned answer before anything is measured: the code is compiled by then, so that the
 * first requests are not slower for it, and what the harness itself adds to a latency is known.
 */
import { findApi } from '../apis/index.ts'
import { BatchWriter, C, ROW, type SampleBatch } from '../samples/index.ts'
import { Bodies, packBodies } from './bodies.ts'
import { Counters } from './counters.ts'
import { Engine } from './engine.ts'
import type { Level } from './level.ts'

const WARM_REQUESTS = 120
const WARM_PARALLEL = 16
const TIMED_REQUESTS = 20

let warmed = false

/** Sends enough requests for the load path to be compiled. Does so once in a thread. */
export async function warm(port: number): Promise<void> {
  if (warmed) return
  warmed = true
  await sendTo(port, WARM_PARALLEL, WARM_REQUESTS)
}

/** @returns median latency of an instant answer at one request in flight, milliseconds */
export async function calibrate(port: number): Promise<number> {
  await warm(port)
  const { numbers, count } = await sendTo(port, 1, TIMED_REQUESTS)
  const latencies = Float64Array.from(
    { length: count },
    (_, row) => numbers[row * ROW + C.endedAt]! - numbers[row * ROW + C.startedAt]!,
  ).sort()
  return latencies[count >> 1] ?? Number.NaN
}

async function sendTo(port: number, parallel: number, number: number): Promise<SampleBatch> {
  const writer = new BatchWriter(0)
  const counters = new Counters(1)
  const engine = new Engine({
    target: {
      api: findApi('openai'),
      origin: `http://127.0.0.1:${port}`,
      path: '/v1/chat/completions',
      headers: ['content-type', 'application/json', 'accept', 'text/event-stream'],
      stream: true,
      connectTimeoutMs: 5000,
      readTimeoutMs: 5000,
    },
    bodies: new Bodies(
      packBodies([
        JSON.stringify({ model: 'canned', stream: true, messages: [{ role: 'user', content: 'calibration' }] }),
      ]),
    ),
    counters,
    worker: 0,
    workers: 1,
    totalTimeoutMs: 5000,
    writer,
    // Fewer than would be worth sending.
    onBatchDue: () => {},
  })
  await engine.preconnect(parallel)
  await engine.runPhase({ level: closed(parallel, number), startAt: performance.now(), warmup: false })
  engine.close()
  return writer.take()
}

function closed(parallel: number, number: number): Level {
  return {
    executor: 'shared-iterations',
    parallel,
    number,
    rate: -1,
    durationMs: Number.POSITIVE_INFINITY,
    burstiness: 1,
    stages: [],
    timestamps: [],
    seed: 0,
  }
}
