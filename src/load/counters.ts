/** Counters that all threads see without a message: the shared iterations, and each load thread's progress. */

/** The iterations taken, how many requests may start (one more than that; 0: any number), have started, were refused. */
const TAKEN = 0
const ALLOWED = 1
const GRANTED = 2
const REFUSED = 3
const SHARED = 4
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

  constructor(workers: number, buffer = new SharedArrayBuffer((SHARED + workers * SLOTS) * 4)) {
    this.buffer = buffer
    this.#cells = new Int32Array(buffer)
  }

  /** Takes the next shared index below `limit`; −1 when there is none left. */
  take(limit: number): number {
    // Looking first keeps idle threads from counting on for ever.
    if (Atomics.load(this.#cells, TAKEN) >= limit) return -1
    const index = Atomics.add(this.#cells, TAKEN, 1)
    return index < limit ? index : -1
  }

  exhausted(limit: number): boolean {
    return Atomics.load(this.#cells, TAKEN) >= limit
  }

  /** How many requests of the phase may start in all; threads hear of it at once. */
  allow(starts: number): void {
    Atomics.store(this.#cells, ALLOWED, Math.min(starts, 2 ** 31 - 2) + 1)
  }

  /** Takes leave to start one more request; false when as many as are allowed have started. */
  mayStart(): boolean {
    const allowed = Atomics.load(this.#cells, ALLOWED)
    if (allowed === 0) return true
    if (Atomics.add(this.#cells, GRANTED, 1) < allowed - 1) return true
    Atomics.sub(this.#cells, GRANTED, 1)
    Atomics.store(this.#cells, REFUSED, 1)
    return false
  }

  /** Whether since the last call a request was not started because no more were allowed. */
  takeRefusal(): boolean {
    return Atomics.exchange(this.#cells, REFUSED, 0) === 1
  }

  started(worker: number, inFlight: number): void {
    Atomics.add(this.#cells, SHARED + worker * SLOTS + STARTED, 1)
    Atomics.store(this.#cells, SHARED + worker * SLOTS + IN_FLIGHT, inFlight)
  }

  finished(worker: number, inFlight: number, failed: boolean): void {
    Atomics.add(this.#cells, SHARED + worker * SLOTS + FINISHED, 1)
    if (failed) Atomics.add(this.#cells, SHARED + worker * SLOTS + FAILED, 1)
    Atomics.store(this.#cells, SHARED + worker * SLOTS + IN_FLIGHT, inFlight)
  }

  beat(worker: number): void {
    Atomics.add(this.#cells, SHARED + worker * SLOTS + HEARTBEAT, 1)
  }

  /** Changes as long as the thread gets on: its timers run, or, where they must wait, it starts or finishes requests. */
  heartbeat(worker: number): number {
    const at = SHARED + worker * SLOTS
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
      const at = SHARED + worker * SLOTS
      sum.started += Atomics.load(this.#cells, at + STARTED)
      sum.finished += Atomics.load(this.#cells, at + FINISHED)
      sum.failed += Atomics.load(this.#cells, at + FAILED)
      sum.inFlight += Atomics.load(this.#cells, at + IN_FLIGHT)
    }
    return sum
  }
}
