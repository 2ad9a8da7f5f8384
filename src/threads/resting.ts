/** Threads that rest between two runs of a process, instead of being started and compiled anew for each. */
import { availableParallelism } from 'node:os'
// Not the global one: test frameworks replace it.
import { clearTimeout, setTimeout } from 'node:timers'
import type { Worker } from 'node:worker_threads'

/** One that is not wanted for so long ends. */
const REST_MS = 10_000
const MOST = availableParallelism()

/**
 * Threads of one kind. Those that rest do not keep the process alive.
 *
 * They are kept for speed (a new thread costs a process some tenths of a second of CPU), and because Node 24 aborts now
 * and then where many threads with WebAssembly come and go (nodejs/node#64500).
 */
export class RestingThreads {
  readonly #start: () => Worker
  readonly #resting = new Map<Worker, NodeJS.Timeout>()

  constructor(start: () => Worker) {
    this.#start = start
  }

  get isEmpty(): boolean {
    return this.#resting.size === 0
  }

  /** One that rests, or a new one. Nothing listens to it. */
  take(): Worker {
    for (const worker of this.#resting.keys()) {
      this.#forget(worker)
      worker.ref()
      return worker
    }
    return this.#start()
  }

  /** Starts one for later. */
  prepare(): Worker {
    const worker = this.#start()
    this.rest(worker)
    return worker
  }

  /** Keeps one whose work is done, and that waits for other work. */
  rest(worker: Worker): void {
    // Not all at once: Node itself listens to what is listened to.
    for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
    if (this.#resting.size >= MOST) return void worker.terminate()
    // One that dies before it is wanted is replaced by a new one, whose error is then the run's.
    worker.once('error', () => this.#forget(worker))
    worker.once('exit', () => this.#forget(worker))
    worker.unref()
    const timer = setTimeout(() => {
      this.#forget(worker)
      void worker.terminate()
    }, REST_MS)
    this.#resting.set(worker, timer.unref())
  }

  #forget(worker: Worker): void {
    clearTimeout(this.#resting.get(worker))
    this.#resting.delete(worker)
  }
}
