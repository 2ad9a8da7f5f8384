/** The load loop of one thread: starts requests when they are due, keeps connections, and stops when told. */
import { performance } from 'node:perf_hooks'
import { clearInterval, setImmediate, setInterval } from 'node:timers'
import { Connection, type ConnectionListener, noteWork, type Target, type TurnOrder } from '../client/index.ts'
import type { Shard } from '../config/index.ts'
import { startTimer, type Timer } from '../config/timers.ts'
import { type BatchWriter, FLAG_WARMUP } from '../samples/index.ts'
import type { Bodies } from './bodies.ts'
import { ClosedLoop } from './closedLoop.ts'
import type { ConversationBook } from './conversationBook.ts'
import { ConversationLoop } from './conversationLoop.ts'
import type { Counters } from './counters.ts'
import { executorNamed } from './executors.ts'
import { levelAlike, optionsAlike } from './layout.ts'
import type { Level } from './level.ts'
import type { Loop } from './loop.ts'
import { OpenLoop } from './openLoop.ts'
import { share, shareOfShard, WHOLE } from './share.ts'

/** How often connections are checked for a request that takes too long, and a ramp is followed. */
const TICK_MS = 20
/** Servers end the body right after the answer; one that does not is not waited for any longer. */
const GRACE_MS = 100
/** Connections are opened in groups of this size, so that a listen queue is not overrun. */
const OPENING = 64

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
  /** The part of the load that this process sends; absent: all of it. */
  shard?: Shard | undefined
  totalTimeoutMs: number
  writer: BatchWriter
  /** The conversations to hold, where the levels hold any. */
  conversations?: ConversationBook | undefined
  /** Called when the writer holds enough to be worth sending. */
  onBatchDue: () => void
}

export class Engine implements ConnectionListener {
  readonly #options: EngineOptions
  readonly #connections: Connection[] = []
  readonly #idle: Connection[] = []
  /** Finished with their request in this turn of the event loop, and in the one before. */
  readonly #freed: Connection[] = []
  #returning: Connection[] = []
  /** Connection times of connections opened ahead, milliseconds. */
  readonly connectMs: number[] = []
  descriptorsExhausted = 0
  /** Connections opened so far, and those of them that speak HTTP/2. */
  connectionsOpened = 0
  http2Connections = 0
  /** Arrivals that were due but not sent before the level ended (capped open loop). */
  unsent = 0
  /** When the next request of an open loop is due. */
  dueAt = Number.POSITIVE_INFINITY
  #inFlight = 0
  #loop: Loop | undefined
  #stopping = false
  #firstIndex = 0
  #firstBody = 0

  constructor(options: EngineOptions) {
    this.#options = optionsAlike(options)
  }

  async preconnect(count: number): Promise<void> {
    // Those that a server closed while they rested are opened anew.
    const lost = this.#connections.filter((connection) => connection.isLost)
    for (let i = 0; i < lost.length && !this.#stopping; i += OPENING)
      await Promise.all(lost.slice(i, i + OPENING).map((connection) => connection.preconnect()))
    while (this.#connections.length < count && !this.#stopping) {
      const group = Math.min(OPENING, count - this.#connections.length)
      await Promise.all(Array.from({ length: group }, () => this.#newConnection().preconnect()))
    }
  }

  /** Runs one phase to its end; resolves when the last request in flight is done. */
  runPhase({ level, startAt, warmup }: PhaseOptions): Promise<void> {
    const phase: PhaseOptions = { level: levelAlike(level), startAt, warmup }
    const executor = executorNamed(phase.level.executor)
    this.unsent = 0
    this.#firstIndex = phase.level.firstIndex ?? 0
    this.#firstBody = phase.level.firstBody ?? 0
    return new Promise((resolve) => {
      let beginning: Timer | undefined
      const done = (): void => {
        clearInterval(ticker)
        beginning?.stop()
        this.#loop = undefined
        this.dueAt = Number.POSITIVE_INFINITY
        resolve()
      }
      const loop =
        executor.kind === 'closed'
          ? new ClosedLoop(this, executor, phase, done)
          : executor.kind === 'open'
            ? new OpenLoop(this, executor, phase, done)
            : new ConversationLoop(this, this.#options.conversations!, executor, phase, done)
      const ticker = setInterval(() => {
        // Timers come before the sockets are read, immediates after: an answer that waits for a late timer is no timeout.
        setImmediate(this.#abortLate)
        loop.tick()
        noteWork()
      }, TICK_MS)
      this.#loop = loop
      if (this.#stopping) loop.stop()
      else beginning = startTimer(() => loop.begin(), Math.max(0, phase.startAt - performance.now()))
    })
  }

  /** Ends the phase: starts nothing new, and lets requests in flight finish. Another phase may follow. */
  end(): void {
    this.#loop?.stop()
  }

  /** Starts nothing new; requests in flight may finish for `graceMs`, then they are cancelled. */
  stop(graceMs: number): void {
    this.#stopping = true
    this.#loop?.stop()
    startTimer(() => this.#abortAll(), graceMs, { held: false })
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

  get #shard(): Shard {
    return this.#options.shard ?? WHOLE
  }

  /** What this thread has of a concurrency that all threads of all processes share. */
  shareOf(total: number): number {
    return share(shareOfShard(total, this.#shard), this.#options.worker, this.#options.workers)
  }

  /** Whether an arrival is this thread's own: they are dealt out to processes in turn, and there to threads. */
  owns(index: number): boolean {
    const { index: shard, count } = this.#shard
    const { worker, workers } = this.#options
    return index % count === shard && Math.floor(index / count) % workers === worker
  }

  /** Takes the next of this process's part of the `number` requests, which its threads share; −1 when used up. */
  takeIndex(limit: number): number {
    const taken = this.#options.counters.take(shareOfShard(limit, this.#shard))
    return taken < 0 ? -1 : taken * this.#shard.count + this.#shard.index
  }

  /** False when the run may send no more requests, whatever is left of its number. */
  mayStart(): boolean {
    return this.#options.counters.mayStart()
  }

  /** True when the shared requests are used up, by whichever thread. */
  exhausted(limit: number): boolean {
    return this.#options.counters.exhausted(shareOfShard(limit, this.#shard))
  }

  /**
   * @param turn of a conversation, whose number `index` is then; its bytes are sent in place of the prepared body
   * @param follows the connection waited for nothing but us since its last answer ended
   */
  start(
    index: number,
    scheduledAt: number,
    warmup: boolean,
    connection = this.#idle.pop() ?? this.#returning.pop() ?? this.#freed.pop() ?? this.#newIdle(),
    turn?: TurnOrder,
    follows = false,
  ): Connection {
    this.#inFlight++
    const { bodies, counters, worker } = this.#options
    counters.started(worker, this.#inFlight)
    const number = this.#firstIndex + index
    const body = bodies.indexOf(this.#firstBody + number)
    connection.send({
      index: number,
      body,
      bytes: turn?.bytes ?? bodies.bytes(body),
      scheduledAt,
      flags: warmup ? FLAG_WARMUP : 0,
      headers: bodies.headers(body),
      turn,
      follows,
    })
    return connection
  }

  onIdle(connection: Connection, failed: boolean): void {
    this.#inFlight--
    this.#options.counters.finished(this.#options.worker, this.#inFlight, failed)
    if (this.#options.writer.count >= 512 || this.#options.writer.bytes > 1 << 20) this.#options.onBatchDue()
    if (this.#freed.push(connection) === 1) setImmediate(this.#look)
  }

  onConnected(durationMs: number, isHttp2: boolean): void {
    this.connectMs.push(durationMs)
    this.connectionsOpened++
    if (isHttp2) this.http2Connections++
  }

  onDescriptorsExhausted(): void {
    this.descriptorsExhausted++
  }

  onDue(): void {
    this.#loop?.onDue?.()
  }

  /**
   * Hands on the connections that became free in this turn of the event loop. Their next requests are written one
   * after another once all answers that were ready are read, which costs a sixth less than writing each between two
   * reads; and a connection that is refused at once cannot starve the rest. The loop looks at the sockets once more
   * before: where the server closed a connection right after its answer, the next request opens another.
   */
  readonly #look = (): void => {
    for (const connection of this.#freed) this.#returning.push(connection)
    this.#freed.length = 0
    setImmediate(this.#release)
  }

  readonly #release = (): void => {
    const returning = this.#returning
    this.#returning = []
    for (const connection of returning) {
      if (this.#loop === undefined) this.#idle.push(connection)
      else this.#loop.onFree(connection)
    }
    noteWork()
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

  readonly #abortLate = (): void => {
    const now = performance.now()
    const { totalTimeoutMs, target } = this.#options
    for (const connection of this.#connections) {
      if (!connection.busy) continue
      if (connection.overSince < now - GRACE_MS) connection.leave()
      else if (connection.startedAt < now - totalTimeoutMs) connection.abort('total-timeout')
      else if (connection.quietSince < now - target.readTimeoutMs) connection.abort('read-timeout')
    }
  }

  #abortAll(): void {
    for (const connection of this.#connections) connection.abort('cancelled')
  }
}
