/** Counters that all threads see without a message: the shared iterations, and each load thread's progress. */

const SLOTS = 5
const STARTED = 0
const FINISHED = 1
const FAILED = 2
const IN_FLIGHT = 3
const HEARTBEAT = 4

export interface Progress {
  started: number
  finished: number
  failed: number
  inFlight: number
}

export class Counters {
  readonly buffer: SharedArrayBuffer
  readonly #cells: Int32Array<SharedArrayBuffer>

  constructor(workers: number, buffer = new SharedArrayBuffer((1 + workers * SLOTS) * 4)) {
    this.buffer = buffer
    this.#cells = new Int32Array(buffer)
  }

  /** Takes the next shared index below `limit`; −1 when there is none left. */
  take(limit: number): number {
    // Looking first keeps idle threads from counting on for ever.
    if (Atomics.load(this.#cells, 0) >= limit) return -1
    const index = Atomics.add(this.#cells, 0, 1)
    return index < limit ? index : -1
  }

  exhausted(limit: number): boolean {
    return Atomics.load(this.#cells, 0) >= limit
  }

  started(worker: number, inFlight: number): void {
    Atomics.add(this.#cells, 1 + worker * SLOTS + STARTED, 1)
    Atomics.store(this.#cells, 1 + worker * SLOTS + IN_FLIGHT, inFlight)
  }

  finished(worker: number, inFlight: number, failed: boolean): void {
    Atomics.add(this.#cells, 1 + worker * SLOTS + FINISHED, 1)
    if (failed) Atomics.add(this.#cells, 1 + worker * SLOTS + FAILED, 1)
    Atomics.store(this.#cells, 1 + worker * SLOTS + IN_FLIGHT, inFlight)
  }

  beat(worker: number): void {
    Atomics.add(this.#cells, 1 + worker * SLOTS + HEARTBEAT, 1)
  }

  /** Changes as long as the thread gets on: its timers run, or, where they must wait, it starts or finishes requests. */
  heartbeat(worker: number): number {
    const at = 1 + worker * SLOTS
    return [HEARTBEAT, STARTED, FINISHED].reduce((sum, slot) => sum + Atomics.load(this.#cells, at + slot), 0)
  }

  /** A new phase begins; only while every thread is idle. */
  reset(): void {
    this.#cells.fill(0)
  }

  /** Sums over all threads. */
  progress(workers: number): Progress {
    const sum = { started: 0, finished: 0, failed: 0, inFlight: 0 }
    for (let worker = 0; worker < workers; worker++) {
      const at = 1 + worker * SLOTS
      sum.started += Atomics.load(this.#cells, at + STARTED)
      sum.finished += Atomics.load(this.#cells, at + FINISHED)
      sum.failed += Atomics.load(this.#cells, at + FAILED)
      sum.inFlight += Atomics.load(this.#cells, at + IN_FLIGHT)
    }
    return sum
  }
}
