/** The result DB of a run, written on a thread of its own while the run goes on. */

import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import { Worker } from 'node:worker_threads'
import { PerfgateError } from '../config/index.ts'
import type { SharedBodies } from '../load/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import { RestingThreads } from '../threads/index.ts'

interface StoreSetup {
  bodies: SharedBodies
  isStream: boolean
  keepTexts: boolean
  commitInterval: number
  wallOriginMs: number
  /** Characters kept of one request or answer. */
  textLimit: number
  /** Spellings of the run's secrets; they leave this process in no row. */
  secrets: readonly string[]
}

/** What the thread must know of a run. */
export interface ThreadData extends StoreSetup {
  /** Counted on by the thread as long as it gets on. */
  beats: SharedArrayBuffer
}

export type ToStore =
  /** Comes before everything below. */
  | { type: 'setup'; setup: ThreadData }
  | { type: 'open'; path: string; facts: Record<string, unknown> }
  | { type: 'batch'; batch: SampleBatch }
  | { type: 'fact'; key: string; value: unknown }
  | { type: 'finish' }
  /** The run is over; a thread that may not rest ends. */
  | { type: 'close'; rest: boolean }

export type FromStore =
  | { type: 'opened' }
  | { type: 'written'; rows: number }
  | { type: 'finished' }
  | { type: 'failed'; message: string }
  /** Ready for another setup. */
  | { type: 'closed' }

export class StoreError extends PerfgateError {
  declare readonly name: 'StoreError'

  constructor(message: string) {
    super('StoreError', message)
  }
}

/**
 * A thread whose counter stood still at so many checks in a row hangs. It may wait for a slow disk, and longest when
 * it completes the file.
 */
const HANG_CHECKS = 10
const FINISH_HANG_CHECKS = 60
const START_HANG_CHECKS = 60
const CHECK_MS = 1000
/** A thread that has been told to end, and is not gone after this, is given up. */
const END_MS = 5000

export class ResultStore {
  readonly #threads: RestingThreads
  readonly #worker: Worker
  readonly #gone: Promise<void>
  readonly #watch: NodeJS.Timeout
  readonly #beats = new Int32Array(new SharedArrayBuffer(4))
  #waiting: { resolve: () => void; reject: (error: Error) => void; patience: number } | undefined
  #path = ''
  #isOpen = false
  #failure: StoreError | undefined
  #crash: string | undefined
  #closing = false
  readonly #onFailure: (error: StoreError) => void

  /**
   * @param onFailure called once when rows can no longer be written: the load must stop
   * @param threads where to take the thread from; tests have worse ones
   */
  constructor(setup: StoreSetup, onFailure: (error: StoreError) => void, threads = storeThreads) {
    this.#onFailure = onFailure
    this.#threads = threads
    this.#worker = threads.take()
    this.#worker.postMessage({ type: 'setup', setup: { ...setup, beats: this.#beats.buffer } } satisfies ToStore)
    this.#worker.on('message', (message: FromStore) => this.#hear(message))
    this.#worker.on('error', (error) => {
      this.#crash = error instanceof Error ? error.message : String(error)
    })
    this.#gone = new Promise((resolve) => {
      // Comes last, after all that the thread has sent.
      this.#worker.once('exit', () => {
        clearInterval(this.#watch)
        if (!this.#closing) this.#fail(`the thread that writes it crashed${this.#crash ? `: ${this.#crash}` : ''}`)
        resolve()
      })
    })
    this.#watch = this.#watchBeats()
  }

  /** Creates the DB. @throws StoreError when the file cannot be created or written */
  async open(path: string, facts: Record<string, unknown>): Promise<void> {
    this.#path = path
    await this.#ask({ type: 'open', path, facts }, HANG_CHECKS)
    this.#isOpen = true
  }

  /** Hands a batch over. */
  write(batch: SampleBatch): void {
    if (this.#failure) return
    this.#worker.postMessage({ type: 'batch', batch } satisfies ToStore)
  }

  setFact(key: string, value: unknown): void {
    this.#worker.postMessage({ type: 'fact', key, value } satisfies ToStore)
  }

  /** Waits until everything is on disk and closes the DB. @throws StoreError when something could not be written */
  async finish(): Promise<void> {
    await this.#ask({ type: 'finish' }, FINISH_HANG_CHECKS)
  }

  /** @throws StoreError when rows could not be written */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  async close(): Promise<void> {
    this.#closing = true
    const isClosed = new Promise<boolean>((resolve) => {
      this.#worker.on('message', ({ type }: FromStore) => type === 'closed' && resolve(true))
    })
    const rest = this.#failure === undefined
    this.#worker.postMessage({ type: 'close', rest } satisfies ToStore)
    const canRest = await within(END_MS, Promise.race([isClosed, this.#gone.then(() => false)]))
    clearInterval(this.#watch)
    if (canRest) return this.#threads.rest(this.#worker)
    void this.#worker.terminate()
    // One that waits inside the operating system cannot be ended, and is not waited for.
    this.#worker.unref()
  }

  #watchBeats(): NodeJS.Timeout {
    let seen = 0
    let missed = 0
    const watch = setInterval(() => {
      const beats = Atomics.load(this.#beats, 0)
      missed = beats === seen ? missed + 1 : 0
      seen = beats
      // One that is still loading its code has not begun to count.
      const hasBegun = beats > 0 || this.#isOpen
      if (missed < (hasBegun ? (this.#waiting?.patience ?? HANG_CHECKS) : START_HANG_CHECKS)) return
      clearInterval(watch)
      this.#fail(`the thread that writes it hung: it did not answer for ${(missed * CHECK_MS) / 1000} s`)
      void this.#worker.terminate()
    }, CHECK_MS)
    return watch.unref()
  }

  #ask(message: ToStore, patience: number): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, patience }
      this.#worker.postMessage(message)
    })
  }

  #hear(message: FromStore): void {
    if (message.type === 'failed') this.#fail(message.message)
    else if (message.type !== 'written') {
      this.#waiting?.resolve()
      this.#waiting = undefined
    }
  }

  #fail(reason: string): void {
    if (this.#failure) return
    this.#failure = new StoreError(
      `result DB ${this.#path}: ${reason}; free space or choose another --outputs-dir (what was written before: perfgate recover)`,
    )
    if (this.#waiting) this.#waiting.reject(this.#failure)
    else this.#onFailure(this.#failure)
    this.#waiting = undefined
  }
}

/** False when it takes longer. */
async function within(milliseconds: number, work: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false)
  })
  const first = await Promise.race([work, late])
  clearTimeout(timer)
  return first
}

const storeThreads = new RestingThreads(() => {
  const file = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
  return new Worker(file, { name: 'perfgate store', execArgv: ['--disable-warning=ExperimentalWarning'] })
})

/** Starts a thread for the next run, unless one waits already: a run would wait for it before its first request. */
export function prepareStoreThread(): void {
  if (storeThreads.isEmpty) storeThreads.prepare()
}
