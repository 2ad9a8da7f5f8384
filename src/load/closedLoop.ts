/** The closed loop: keeps a number of requests in flight. */
import { performance } from 'node:perf_hooks'
import { setImmediate, setTimeout } from 'node:timers'
import type { Connection } from '../client/index.ts'
import type { Engine, PhaseOptions } from './engine.ts'
import type { ClosedLoop as Executor } from './executors.ts'
import { BURST, type Loop } from './loop.ts'

/** Least time between two starts of requests that fill the loop up, on average. */
const SPACING_MS = 0.4

export class ClosedLoop implements Loop {
  readonly #engine: Engine
  readonly #executor: Executor
  readonly #phase: PhaseOptions
  readonly #done: () => void
  #over = false
  #filling = false

  constructor(engine: Engine, executor: Executor, phase: PhaseOptions, done: () => void) {
    this.#engine = engine
    this.#executor = executor
    this.#phase = phase
    this.#done = done
  }

  begin(): void {
    this.#fill()
    this.#finishIfIdle()
  }

  /** Follows a ramp and notices the end of the time when no answer does. */
  tick(): void {
    if (performance.now() < this.#phase.startAt) return
    this.#fill()
    if (this.#engine.exhausted(this.#phase.level.number)) this.#over = true
    this.#finishIfIdle()
  }

  stop(): void {
    this.#over = true
    this.#finishIfIdle()
  }

  onFree(connection: Connection): void {
    if (!this.#wanted(1) || !this.#engine.mayStart()) this.#engine.park(connection)
    else {
      const index = this.#engine.takeIndex(this.#phase.level.number)
      if (index >= 0) {
        this.#engine.start(index, Number.NaN, this.#phase.warmup, connection, undefined, true)
        return
      }
      this.#over = true
      this.#engine.park(connection)
    }
    this.#finishIfIdle()
  }

  /**
   * Starts what is missing, spread over time. A first request costs more than a later one, and its first token arrives
   * while others are still being started: all at once, the thread would find hundreds of first tokens waiting and book
   * its own delay as the server's time to first token.
   */
  #fill(): void {
    if (this.#filling) return
    this.#filling = true
    const from = performance.now()
    let started = 0
    let left = BURST
    // One at a time: a connection's first request is written one microtask after it was handed over.
    const next = (): void => {
      if (!this.#wanted(1) || !this.#engine.mayStart()) {
        this.#filling = false
        this.#finishIfIdle()
      } else if (started > (performance.now() - from) / SPACING_MS) {
        left = BURST
        setTimeout(next, 1)
      } else if (left-- === 0) {
        left = BURST
        setImmediate(next)
      } else {
        const index = this.#engine.takeIndex(this.#phase.level.number)
        if (index < 0) this.#over = true
        else {
          started++
          this.#engine.start(index, Number.NaN, this.#phase.warmup)
        }
        queueMicrotask(next)
      }
    }
    next()
  }

  #wanted(more: number): boolean {
    if (this.#over) return false
    const elapsedMs = performance.now() - this.#phase.startAt
    if (elapsedMs >= this.#executor.endsMs(this.#phase.level)) {
      this.#over = true
      return false
    }
    const total = this.#executor.concurrencyAt(this.#phase.level, elapsedMs)
    return this.#engine.inFlight + more <= this.#engine.shareOf(total)
  }

  #finishIfIdle(): void {
    if (this.#over && this.#engine.inFlight === 0) this.#done()
  }
}
