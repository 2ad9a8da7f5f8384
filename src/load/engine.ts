/** The load loop of one thread: starts requests when they are due, keeps connections, and stops when told. */
import { Connection, type ConnectionListener, type Target } from '../client/index.ts'
import { type BatchWriter, FLAG_WARMUP } from '../samples/index.ts'
import type { Bodies } from './bodies.ts'
import type { Counters } from './counters.ts'
import { type ClosedLoop, executorNamed, type OpenLoop } from './executors/index.ts'
import type { Level } from './level.ts'
import { share } from './share.ts'

/** How often connections are checked for a request that takes too long, and a ramp is followed. */
const TICK_MS = 20
/** Connections are opened in groups of this size, so that a listen queue is not overrun. */
const OPENING = 64
/** Requests started in one turn of the event loop; then answers are read. */
const BURST = 8

export interface PhaseOptions {
  level: Level
  /** `performance.now()` at which all threads begin; the clock is common to the threads of a process. */
  startAt: number
  warmup: boolean
}

export interface EngineOptions {
  target: Target
  bodies: Bodies
  counters: Counters
  worker: number
  workers: number
  totalTimeoutMs: number
  writer: BatchWriter
  /** Called when the writer holds enough to be worth sending. */
  onBatchDue: () => void
}

export class Engine implements ConnectionListener {
  readonly #options: EngineOptions
  readonly #connections: Connection[] = []
  readonly #idle: Connection[] = []
  /** Connection times of connections opened ahead, milliseconds. */
  readonly connectMs: number[] = []
  descriptorsExhausted = 0
  /** Arrivals that were due but not sent before the level ended (capped open loop). */
  unsent = 0
  #inFlight = 0
  #loop: Loop | undefined
  #stopping = false

  constructor(options: EngineOptions) {
    this.#options = options
  }

  async preconnect(count: number): Promise<void> {
    while (this.#connections.length < count) {
      const group = Math.min(OPENING, count - this.#connections.length)
      await Promise.all(Array.from({ length: group }, () => this.#newConnection().preconnect()))
    }
  }

  /** Runs one phase to its end; resolves when the last request in flight is done. */
  runPhase(phase: PhaseOptions): Promise<void> {
    const executor = executorNamed(phase.level.executor)
    this.unsent = 0
    return new Promise((resolve) => {
      const done = (): void => {
        clearInterval(ticker)
        this.#loop = undefined
        resolve()
      }
      const loop =
        executor.kind === 'closed' ? new Closed(this, executor, phase, done) : new Open(this, executor, phase, done)
      const ticker = setInterval(() => {
        this.#abortLate()
        loop.tick()
      }, TICK_MS)
      this.#loop = loop
      if (this.#stopping) loop.stop()
      else setTimeout(() => loop.begin(), Math.max(0, phase.startAt - performance.now()))
    })
  }

  /** Starts nothing new; requests in flight may finish for `graceMs`, then they are cancelled. */
  stop(graceMs: number): void {
    this.#stopping = true
    this.#loop?.stop()
    setTimeout(() => this.#abortAll(), graceMs).unref()
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0
  }

  get worker(): number {
    return this.#options.worker
  }

  get workers(): number {
    return this.#options.workers
  }

  /** Takes the next of the `number` requests all threads share; −1 when they are used up. */
  takeIndex(limit: number): number {
    return this.#options.counters.take(limit)
  }

  /** True when the shared requests are used up, by whichever thread. */
  exhausted(limit: number): boolean {
    return this.#options.counters.exhausted(limit)
  }

  start(index: number, scheduledAt: number, warmup: boolean, connection = this.#idle.pop() ?? this.#newIdle()): void {
    this.#inFlight++
    const { bodies, counters, worker } = this.#options
    counters.started(worker, this.#inFlight)
    const body = bodies.indexOf(index)
    connection.send({ index, body, bytes: bodies.bytes(body), scheduledAt, flags: warmup ? FLAG_WARMUP : 0 })
  }

  onIdle(connection: Connection, failed: boolean): void {
    this.#inFlight--
    this.#options.counters.finished(this.#options.worker, this.#inFlight, failed)
    if (this.#options.writer.count >= 512 || this.#options.writer.bytes > 1 << 20) this.#options.onBatchDue()
    // A refused connection fails at once: going on in the same tick would starve everything else.
    if (failed) setImmediate(() => this.#release(connection))
    else this.#release(connection)
  }

  onConnected(durationMs: number): void {
    this.connectMs.push(durationMs)
  }

  onDescriptorsExhausted(): void {
    this.descriptorsExhausted++
  }

  #release(connection: Connection): void {
    if (this.#loop === undefined) this.#idle.push(connection)
    else this.#loop.onFree(connection)
  }

  park(connection: Connection): void {
    this.#idle.push(connection)
  }

  #newConnection(): Connection {
    const connection = new Connection(this.#options.target, this.#options.writer, this)
    this.#connections.push(connection)
    this.#idle.push(connection)
    return connection
  }

  #newIdle(): Connection {
    this.#newConnection()
    return this.#idle.pop()!
  }

  #abortLate(): void {
    const limit = performance.now() - this.#options.totalTimeoutMs
    for (const connection of this.#connections)
      if (connection.busy && connection.startedAt < limit) connection.abort('total-timeout')
  }

  #abortAll(): void {
    for (const connection of this.#connections) connection.abort('cancelled')
  }
}

interface Loop {
  begin(): void
  tick(): void
  stop(): void
  onFree(connection: Connection): void
}

/** Keeps a number of requests in flight. */
class Closed implements Loop {
  readonly #engine: Engine
  readonly #executor: ClosedLoop
  readonly #phase: PhaseOptions
  readonly #done: () => void
  #over = false
  #filling = false

  constructor(engine: Engine, executor: ClosedLoop, phase: PhaseOptions, done: () => void) {
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
    if (!this.#wanted(1)) this.#engine.park(connection)
    else {
      const index = this.#engine.takeIndex(this.#phase.level.number)
      if (index >= 0) {
        this.#engine.start(index, Number.NaN, this.#phase.warmup, connection)
        return
      }
      this.#over = true
      this.#engine.park(connection)
    }
    this.#finishIfIdle()
  }

  /**
   * Starts what is missing, each request in a turn of its own: a connection's first request is written one microtask
   * after it was handed over, and answers must be read between the starts of a large burst.
   */
  #fill(): void {
    if (this.#filling) return
    this.#filling = true
    let left = BURST
    const next = (): void => {
      if (!this.#wanted(1)) {
        this.#filling = false
        this.#finishIfIdle()
      } else if (left-- === 0) {
        left = BURST
        setImmediate(next)
      } else {
        const index = this.#engine.takeIndex(this.#phase.level.number)
        if (index < 0) this.#over = true
        else this.#engine.start(index, Number.NaN, this.#phase.warmup)
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
    return this.#engine.inFlight + more <= share(total, this.#engine.worker, this.#engine.workers)
  }

  #finishIfIdle(): void {
    if (this.#over && this.#engine.inFlight === 0) this.#done()
  }
}

/** Starts each request when it is due. Arrival i belongs to thread i mod the number of threads. */
class Open implements Loop {
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
  #over = false

  constructor(engine: Engine, executor: OpenLoop, phase: PhaseOptions, done: () => void) {
    this.#engine = engine
    this.#phase = phase
    this.#done = done
    this.#next = executor.arrivals(phase.level)
    this.#endsMs = executor.endsMs(phase.level)
    this.#cap =
      phase.level.parallel === Number.POSITIVE_INFINITY
        ? Number.POSITIVE_INFINITY
        : Math.max(1, share(phase.level.parallel, engine.worker, engine.workers))
  }

  begin(): void {
    this.#advance()
    this.#run()
  }

  tick(): void {
    if (this.#over) this.#finishIfIdle()
    else if (performance.now() - this.#phase.startAt >= this.#endsMs) this.#end()
  }

  stop(): void {
    this.#end()
  }

  onFree(connection: Connection): void {
    this.#engine.park(connection)
    if (this.#head < this.#waiting.length) {
      const { index, dueAt } = this.#waiting[this.#head++]!
      if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
        this.#waiting.splice(0, this.#head)
        this.#head = 0
      }
      this.#engine.start(index, dueAt, this.#phase.warmup)
    }
    this.#finishIfIdle()
  }

  /** Moves on to the next arrival that is this thread's own. */
  #advance(): void {
    const { level, startAt } = this.#phase
    do {
      this.#index++
      const atMs = this.#index < level.number ? this.#next() : Number.POSITIVE_INFINITY
      this.#dueAt = atMs < this.#endsMs ? startAt + atMs : Number.POSITIVE_INFINITY
    } while (this.#dueAt !== Number.POSITIVE_INFINITY && this.#index % this.#engine.workers !== this.#engine.worker)
  }

  #run(): void {
    this.#timer = undefined
    if (this.#over) return
    let left = BURST
    while (this.#dueAt <= performance.now()) {
      // When starts are behind, answers must still be read in between.
      if (left-- === 0) {
        setImmediate(() => this.#run())
        return
      }
      if (this.#engine.inFlight < this.#cap) this.#engine.start(this.#index, this.#dueAt, this.#phase.warmup)
      else this.#waiting.push({ index: this.#index, dueAt: this.#dueAt })
      this.#advance()
    }
    if (this.#dueAt === Number.POSITIVE_INFINITY) {
      this.#finishIfIdle()
      return
    }
    // Node's timers count whole milliseconds; waiting one less and once more keeps the start within one of its time.
    this.#timer = setTimeout(() => this.#run(), Math.max(1, Math.floor(this.#dueAt - performance.now())))
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
    if (exhausted && this.#head >= this.#waiting.length && this.#engine.inFlight === 0) {
      this.#over = true
      this.#done()
    }
  }
}
