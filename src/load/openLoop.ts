/** The open loop: starts each request when it is due. Arrivals are dealt out in turn. */
import { performance } from 'node:perf_hooks'
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { Connection } from '../client/index.ts'
import { nextDelayMs } from '../config/timers.ts'
import type { Engine, PhaseOptions } from './engine.ts'
import type { OpenLoop as Executor } from './executors.ts'
import { BURST, type Loop } from './loop.ts'

export class OpenLoop implements Loop {
  readonly #engine: Engine
  readonly #phase: PhaseOptions
  readonly #done: () => void
  readonly #next: () => number
  readonly #endsMs: number
  readonly #cap: number
  /** Due arrivals that wait for a free connection under the cap: their indices and times. */
  readonly #waiting: { index: number; dueAt: number }[] = []
  #head = 0
  #index = -1
  #dueAt = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #later: NodeJS.Immediate | undefined
  #over = false

  constructor(engine: Engine, executor: Executor, phase: PhaseOptions, done: () => void) {
    this.#engine = engine
    this.#phase = phase
    this.#done = done
    this.#next = executor.arrivals(phase.level)
    this.#endsMs = executor.endsMs(phase.level)
    this.#cap =
      phase.level.parallel === Number.POSITIVE_INFINITY
        ? Number.POSITIVE_INFINITY
        : Math.max(1, engine.shareOf(phase.level.parallel))
  }

  begin(): void {
    this.#advance()
    this.#run()
  }

  tick(): void {
    if (this.#over) this.#finishIfIdle()
    else if (performance.now() - this.#phase.startAt >= this.#endsMs) this.#end()
    else this.#startWaiting()
  }

  stop(): void {
    this.#end()
  }

  onFree(connection: Connection): void {
    this.#engine.park(connection)
    this.#startWaiting()
    this.#finishIfIdle()
  }

  #startWaiting(): void {
    // One that became due between the end of an answer and now may have taken its place.
    while (this.#isWaiting && this.#engine.inFlight < this.#cap && this.#engine.mayStart()) {
      const { index, dueAt } = this.#waiting[this.#head++]!
      if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
        this.#waiting.splice(0, this.#head)
        this.#head = 0
      }
      this.#engine.start(index, dueAt, this.#phase.warmup)
    }
  }

  /** Moves on to the next arrival that is this thread's own. */
  #advance(): void {
    const { level, startAt } = this.#phase
    do {
      this.#index++
      const atMs = this.#index < level.number ? this.#next() : Number.POSITIVE_INFINITY
      this.#dueAt = atMs < this.#endsMs ? startAt + atMs : Number.POSITIVE_INFINITY
    } while (this.#dueAt !== Number.POSITIVE_INFINITY && !this.#engine.owns(this.#index))
  }

  /** Between two reads: a turn of the event loop takes milliseconds when many answers come together. */
  onDue(): void {
    this.#run(true)
  }

  /** @param betweenReads connections whose answers have just ended are not back yet: none is opened in their place */
  #run(betweenReads = false): void {
    if (this.#over) return
    // Where more are due than are started now, the rest waits for the answers that are ready.
    this.#engine.dueAt = Number.POSITIVE_INFINITY
    let left = BURST
    while (this.#dueAt <= performance.now() && (!betweenReads || this.#engine.hasIdle)) {
      // When starts are behind, answers must still be read in between.
      if (left-- === 0) {
        this.#later ??= setImmediate(() => {
          this.#later = undefined
          this.#run()
        })
        return
      }
      // Those that wait were due earlier.
      if (!this.#isWaiting && this.#engine.inFlight < this.#cap && this.#engine.mayStart())
        this.#engine.start(this.#index, this.#dueAt, this.#phase.warmup)
      else this.#waiting.push({ index: this.#index, dueAt: this.#dueAt })
      this.#advance()
    }
    if (this.#dueAt === Number.POSITIVE_INFINITY) {
      this.#finishIfIdle()
      return
    }
    if (!betweenReads || this.#engine.hasIdle) this.#engine.dueAt = this.#dueAt
    // One that is set already was set for an earlier arrival.
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        this.#run()
      },
      nextDelayMs(this.#dueAt - performance.now()),
    )
  }

  get #isWaiting(): boolean {
    return this.#head < this.#waiting.length
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#engine.unsent += this.#waiting.length - this.#head
    this.#waiting.length = 0
    this.#head = 0
    this.#finishIfIdle()
  }

  #finishIfIdle(): void {
    const exhausted = this.#over || (this.#dueAt === Number.POSITIVE_INFINITY && this.#index >= 0)
    if (exhausted && !this.#isWaiting && this.#engine.inFlight === 0) {
      this.#over = true
      this.#done()
    }
  }
}
