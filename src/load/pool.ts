/** The load threads of a run: starts them, splits the load over them, and notices when one dies or hangs. */
import { performance } from 'node:perf_hooks'
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import type { Worker } from 'node:worker_threads'
import type { Shard } from '../config/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import { startCannedServer } from './cannedServer.ts'
import { Counters, type Progress } from './counters.ts'
import { executorNamed } from './executors.ts'
import type { Level } from './level.ts'
import { loadThreads } from './loadThreads.ts'
import type { Connections, FromThread, ThreadSetup, ToThread } from './messages.ts'
import { share, shareOfShard, WHOLE } from './share.ts'
import type { ThreadHealth } from './threadHealth.ts'

/**
 * A thread that shows no sign of life at so many checks in a row hangs. Checks are counted rather than time:
 * while the machine sleeps, or this thread itself has no time, nobody is to blame.
 */
const HANG_CHECKS = 10
const CHECK_MS = 1000
/** Longest time for loading the user's modules and a first request to ourselves. */
const READY_MS = 60_000
/** A thread that has been told to end, and is not gone after this, is given up. */
const END_MS = 1000
/** Time between the order to begin and the beginning, so that all threads have heard it. */
const LEAD_MS = 5
const MAX_PRECONNECT_OPEN_LOOP = 256
const RUN_IS_OVER = 'the run is over'

export interface PhaseReport {
  /** `performance.now()` of the common start. */
  startedAt: number
  threads: ThreadHealth[]
  /** Times to open connections, milliseconds. */
  connectMs: number[]
  /** Connections opened since the threads began. */
  connections: Connections
  /** Why the load cannot be trusted at all: a thread that died or hung. */
  broken: string | undefined
}

export interface PoolOptions extends Omit<ThreadSetup, 'worker' | 'workers' | 'counters'> {
  workers: number
  onBatch: (batch: SampleBatch) => void
}

interface Thread {
  worker: Worker
  reply: ((message: FromThread | { type: 'broken'; reason: string }) => void) | undefined
  broken: string | undefined
  /** Why it is about to end, while what it has sent may still be on its way. */
  fate: string | undefined
  heartbeat: number
  /** It has counted at all. */
  beats: boolean
  missed: number
}

export class LoadPool {
  /** `performance.now()` at which the latest level began. */
  startedAt = Number.NaN
  readonly #threads: Thread[]
  readonly #counters: Counters
  readonly #watch: NodeJS.Timeout
  readonly #shard: Shard
  readonly #mayRest: boolean
  #startsAllowed: number | undefined
  #closing = false

  constructor({ workers, onBatch, ...setup }: PoolOptions) {
    this.#counters = new Counters(workers)
    this.#shard = setup.shard ?? WHOLE
    // A module of the user is loaded anew for each run: it may have changed, or keep something.
    this.#mayRest = setup.imports === undefined && !setup.api.startsWith('file:')
    this.#threads = Array.from({ length: workers }, (_, worker) =>
      this.#startThread({ ...setup, worker, workers, counters: this.#counters.buffer }, onBatch),
    )
    this.#watch = setInterval(() => this.#checkHeartbeats(), CHECK_MS)
    this.#watch.unref()
  }

  get progress(): Progress {
    return this.#counters.progress(this.#threads.length)
  }

  /**
   * Readies the threads on a canned answer of our own.
   * @param requests to warm each thread with, at most; it has a second for them
   * @param timed whether to measure what the harness itself adds to a latency
   * @returns that, milliseconds; null when it was not or could not be measured
   */
  async calibrate(requests = 0, timed = true): Promise<number | null> {
    const server = await startCannedServer()
    const deadline = setTimeout(() => {
      for (const [i, thread] of this.#threads.entries())
        if (thread.reply !== undefined) this.#end(thread, `load thread ${i} was not ready within ${READY_MS / 1000} s`)
    }, READY_MS)
    const replies = await this.#askAll(() => ({ type: 'calibrate', port: server.port, requests, timed }))
    clearTimeout(deadline)
    server.close()
    const overheads = replies.flatMap((reply) => (reply.type === 'calibrated' ? (reply.overheadMs ?? []) : []))
    return overheads.length === 0 ? null : Math.min(...overheads)
  }

  /** How many requests of a level may start in all, until another number is said; undefined: any number. */
  allowStarts(starts: number | undefined): void {
    this.#startsAllowed = starts
    if (starts !== undefined) this.#counters.allow(starts)
  }

  /** Whether since the last call a request was not started because no more were allowed. */
  takeRefusal(): boolean {
    return this.#counters.takeRefusal()
  }

  /** Opens the connections a level will need. */
  async preconnect(level: Level): Promise<void> {
    const executor = executorNamed(level.executor)
    const peak = executor.peak(level)
    const count = Math.min(
      level.number,
      executor.kind === 'open' ? Math.min(level.parallel, MAX_PRECONNECT_OPEN_LOOP, Math.ceil(peak)) : peak,
    )
    const own = shareOfShard(count, this.#shard)
    await this.#askAll((worker) => ({ type: 'preconnect', count: share(own, worker, this.#threads.length) }))
  }

  /**
   * Runs one level on all threads from one common moment.
   * @param at `performance.now()` of that moment; absent: at once
   */
  async run(level: Level, warmup: boolean, at = 0): Promise<PhaseReport> {
    this.#counters.reset()
    this.allowStarts(this.#startsAllowed)
    const startedAt = Math.max(at, performance.now() + LEAD_MS)
    this.startedAt = startedAt
    const replies = await this.#askAll(() => ({ type: 'phase', level, startAt: startedAt, warmup }))
    const connections: Connections = { opened: 0, http2: 0 }
    const report: PhaseReport = { startedAt, threads: [], connectMs: [], connections, broken: undefined }
    for (const reply of replies) {
      if (reply.type === 'broken') report.broken ??= reply.reason
      if (reply.type === 'phaseDone') {
        report.threads.push(reply.health)
        connections.opened += reply.connections.opened
        connections.http2 += reply.connections.http2
        for (const durationMs of reply.connectMs) report.connectMs.push(durationMs)
      }
    }
    return report
  }

  /** Ends the level that runs: sends nothing new, and what is in flight finishes. Another level may follow. */
  end(): void {
    for (const { worker } of this.#threads) worker.postMessage({ type: 'end' } satisfies ToThread)
  }

  /** Sends nothing new; what is in flight may finish for `graceMs`. */
  stop(graceMs: number): void {
    for (const { worker } of this.#threads) worker.postMessage({ type: 'stop', graceMs } satisfies ToThread)
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#watch)
    await Promise.all(
      this.#threads.map(async ({ worker, broken, reply }) => {
        if (broken !== undefined) return void (await worker.terminate())
        // One that has not answered yet would do so to the next run.
        const rest = this.#mayRest && reply === undefined
        const timer = setTimeout(() => void worker.terminate(), END_MS)
        const isClosed = new Promise<boolean>((resolve) => {
          worker.once('exit', () => resolve(false))
          worker.on('message', ({ type }: FromThread) => type === 'closed' && resolve(true))
        })
        worker.postMessage({ type: 'close', rest } satisfies ToThread)
        if (await isClosed) loadThreads.rest(worker)
        clearTimeout(timer)
        // Nobody waits for an answer that will not come.
        reply?.({ type: 'broken', reason: RUN_IS_OVER })
      }),
    )
  }

  #startThread(setup: ThreadSetup, onBatch: (batch: SampleBatch) => void): Thread {
    const worker = loadThreads.take()
    worker.postMessage({ type: 'setup', setup } satisfies ToThread)
    const thread: Thread = {
      worker,
      reply: undefined,
      broken: undefined,
      fate: undefined,
      heartbeat: 0,
      beats: false,
      missed: 0,
    }
    worker.on('message', (message: FromThread) => {
      if (message.type === 'batch') onBatch(message.batch)
      else thread.reply?.(message)
    })
    worker.on('error', (error) => {
      thread.fate ??= `load thread ${setup.worker} crashed: ${wordsOf(error)}`
    })
    // Comes last, after all that the thread has sent.
    worker.on('exit', () => {
      if (!this.#closing)
        this.#break(thread, thread.fate ?? `load thread ${setup.worker} ended before its work was done`)
    })
    return thread
  }

  #end(thread: Thread, reason: string): void {
    thread.fate ??= reason
    void thread.worker.terminate()
    setTimeout(() => this.#break(thread, thread.fate!), END_MS).unref()
  }

  #break(thread: Thread, reason: string): void {
    if (thread.broken !== undefined) return
    thread.broken = reason
    thread.reply?.({ type: 'broken', reason })
    // The others stop too: a run with part of its load is not the run that was asked for.
    for (const other of this.#threads ?? [])
      if (other.broken === undefined) other.worker.postMessage({ type: 'stop', graceMs: 0 })
  }

  #checkHeartbeats(): void {
    this.#threads.forEach((thread, i) => {
      const heartbeat = this.#counters.heartbeat(i)
      // One that is still loading its code has not begun to count.
      thread.beats ||= heartbeat > 0
      if (heartbeat !== thread.heartbeat || thread.reply === undefined || !thread.beats) thread.missed = 0
      else if (++thread.missed === HANG_CHECKS)
        this.#end(thread, `load thread ${i} hung: it did not answer for ${(HANG_CHECKS * CHECK_MS) / 1000} s`)
      thread.heartbeat = heartbeat
    })
  }

  #askAll(message: (worker: number) => ToThread): Promise<(FromThread | { type: 'broken'; reason: string })[]> {
    return Promise.all(
      this.#threads.map(
        (thread, i) =>
          new Promise<FromThread | { type: 'broken'; reason: string }>((resolve) => {
            const reason = thread.broken ?? (this.#closing ? RUN_IS_OVER : undefined)
            if (reason !== undefined) return resolve({ type: 'broken', reason })
            thread.missed = 0
            thread.reply = (reply) => {
              thread.reply = undefined
              resolve(reply)
            }
            thread.worker.postMessage(message(i))
          }),
      ),
    )
  }
}

/** What is thrown need not be an error. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
