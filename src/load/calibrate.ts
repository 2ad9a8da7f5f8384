/**
 * Runs the load path against a canned answer before anything is measured: the code is compiled by then, so that the
 * first requests are not slower for it, and what the harness itself adds to a latency is known.
 */

import { performance } from 'node:perf_hooks'
import { findApi } from '../apis/index.ts'
import { DEFAULT_EXECUTOR } from '../config/executors.ts'
import { BatchWriter, C, ROW, type SampleBatch } from '../samples/index.ts'
import { Bodies, packBodies } from './bodies.ts'
import { startCannedServer } from './cannedServer.ts'
import { collectGarbage } from './collect.ts'
import { Counters } from './counters.ts'
import { Engine } from './engine.ts'
import type { Level } from './level.ts'

/** Enough for most of the code that every request needs. */
const LEAST_REQUESTS = 120
/** So many at a time, between two looks at the clock. */
const ROUND_REQUESTS = 500
/** Warming ends after this, however many requests were wanted. */
const MOST_MS = 1000
const WARM_PARALLEL = 16
const TIMED_REQUESTS = 20

let first: Promise<void> | undefined
let sent = 0

/**
 * Sends enough requests for the load path to be compiled. Does so once in a thread; whoever asks later waits for it.
 * They go to a server of the thread's own: the one that started it is still loading modules.
 */
export function warm(): Promise<void> {
  first ??= startCannedServer().then(async ({ port, close }) => {
    await sendTo(port, WARM_PARALLEL, LEAST_REQUESTS)
    close()
  })
  return first
}

export interface CalibrationOrder {
  /** Of a server whose answers are canned. */
  port: number
  /** To warm the thread with, those included that it was warmed with before. */
  requests: number
  /** Whether latencies are wanted too. */
  timed: boolean
}

/** @returns median latency of an instant answer at one request in flight, milliseconds; undefined where it is not timed */
export async function calibrate({ port, requests, timed }: CalibrationOrder): Promise<number | undefined> {
  await warm()
  const until = performance.now() + MOST_MS
  const before = sent
  while (sent < requests && performance.now() < until) await sendTo(port, WARM_PARALLEL, ROUND_REQUESTS)
  // What that left behind would be collected in the midst of the run.
  if (sent > before) collectGarbage()
  if (!timed) return undefined
  const { numbers, count } = await sendTo(port, 1, TIMED_REQUESTS)
  const latencies = Float64Array.from(
    { length: count },
    (_, row) => numbers[row * ROW + C.endedAt]! - numbers[row * ROW + C.startedAt]!,
  ).sort()
  return latencies[count >> 1] ?? Number.NaN
}

async function sendTo(port: number, parallel: number, number: number): Promise<SampleBatch> {
  sent += number
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
    executor: DEFAULT_EXECUTOR,
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
