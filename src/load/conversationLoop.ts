/** Holds conversations: each turn is sent when the answer before it was read and thought about. */
import { performance } from 'node:perf_hooks'
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { Connection } from '../client/index.ts'
import { nextDelayMs } from '../config/timers.ts'
import { type Random, seeded } from '../random/index.ts'
import { type ConversationBook, continuation, type PlannedTurn } from './conversationBook.ts'
import type { Engine, PhaseOptions } from './engine.ts'
import type { Conversations as Executor } from './executors.ts'
import { BURST, type Loop } from './loop.ts'
import { drawThinkTime } from './thinkTime.ts'

/** Spreads the seeds of conversations, so that those of one run share no random numbers with those of the next seed. */
const SEED_STEP = 2 ** 20

/** Until a turn that may not start yet is tried again. */
const RETRY_MS = 20

interface Held {
  index: number
  turns: PlannedTurn[]
  /** The turn that was sent last, from 0. */
  turn: number
  /** All messages up to that turn, as JSON texts joined by commas. */
  history: string
  random: Random
  timer: NodeJS.Timeout | undefined
}

export class ConversationLoop implements Loop {
  readonly #engine: Engine
  readonly #book: ConversationBook
  readonly #phase: PhaseOptions
  readonly #done: () => void
  readonly #endsMs: number
  readonly #most: number
  /** Conversations that go on, also those in which the user thinks. */
  readonly #held = new Set<Held>()
  readonly #answering = new Map<Connection, Held>()
  /** No new conversation begins. */
  #closing = false
  /** No new turn is sent. */
  #over = false
  #filling = false

  constructor(engine: Engine, book: ConversationBook, executor: Executor, phase: PhaseOptions, done: () => void) {
    this.#engine = engine
    this.#book = book
    this.#phase = phase
    this.#done = done
    this.#endsMs = executor.endsMs(phase.level)
    this.#most = engine.shareOf(executor.peak(phase.level))
  }

  begin(): void {
    this.#fill()
    this.#finishIfIdle()
  }

  tick(): void {
    const elapsedMs = performance.now() - this.#phase.startAt
    if (elapsedMs < 0) return
    if (elapsedMs >= this.#endsMs) this.stop()
    else if (this.#most === 0 || this.#engine.exhausted(this.#phase.level.number)) this.#closing = true
    this.#finishIfIdle()
  }

  /** What is thought about is not said any more; answers in flight may finish. */
  stop(): void {
    this.#over = true
    for (const held of this.#held)
      if (held.timer !== undefined) {
        clearTimeout(held.timer)
        this.#held.delete(held)
      }
    this.#finishIfIdle()
  }

  onFree(connection: Connection): void {
    const held = this.#answering.get(connection)
    this.#answering.delete(connection)
    if (performance.now() - this.#phase.startAt >= this.#endsMs) this.#over = true
    if (held === undefined) this.#engine.park(connection)
    else if (connection.failed || this.#over || held.turn + 1 >= held.turns.length) {
      this.#held.delete(held)
      this.#engine.park(connection)
      this.#fill()
    } else this.#goOn(held, connection)
    this.#finishIfIdle()
  }

  /** Starts what is missing, each in a turn of its own, as the closed loop does. */
  #fill(): void {
    if (this.#filling) return
    this.#filling = true
    let left = BURST
    const next = (): void => {
      if (this.#closing || this.#over || this.#held.size >= this.#most) {
        this.#filling = false
        this.#finishIfIdle()
      } else if (left-- === 0) {
        left = BURST
        setImmediate(next)
      } else {
        const index = this.#engine.takeIndex(this.#phase.level.number)
        if (index < 0) this.#closing = true
        else this.#begin(index)
        queueMicrotask(next)
      }
    }
    next()
  }

  #begin(index: number): void {
    const turns = this.#book.turns(index + (this.#phase.level.firstIndex ?? 0))
    const random = seeded(this.#phase.level.seed * SEED_STEP + index)
    const held: Held = { index, turns, turn: 0, history: turns[0]!.messages, random, timer: undefined }
    this.#held.add(held)
    this.#send(held, Number.NaN, undefined)
  }

  /** The next body is built at once, so that the user's thinking hides it. */
  #goOn(held: Held, connection: Connection): void {
    const turn = held.turns[++held.turn]!
    held.history += `,${continuation(connection.said, turn.messages, held.turn)}`
    const bytes = this.#book.body(held.history, turn.maxTokens)
    const thinkMs = turn.waitMs ?? drawThinkTime(this.#phase.level.thinkTime ?? 0, held.random)
    const dueAt = connection.endedAt + thinkMs
    if (dueAt <= performance.now()) return this.#send(held, dueAt, bytes, connection)
    this.#engine.park(connection)
    this.#sendAt(held, dueAt, bytes)
  }

  #sendAt(held: Held, dueAt: number, bytes: Uint8Array): void {
    const leftMs = dueAt - performance.now()
    held.timer = undefined
    if (dueAt - this.#phase.startAt >= this.#endsMs) {
      this.#held.delete(held)
      this.stop()
    } else if (leftMs <= 0) this.#send(held, dueAt, bytes)
    else held.timer = setTimeout(() => this.#sendAt(held, dueAt, bytes), nextDelayMs(leftMs))
  }

  #send(held: Held, dueAt: number, bytes: Uint8Array | undefined, connection?: Connection): void {
    const { index, turn, turns } = held
    if (!this.#engine.mayStart()) {
      if (connection !== undefined) this.#engine.park(connection)
      held.timer = setTimeout(() => this.#send(held, dueAt, bytes), RETRY_MS)
      return
    }
    held.timer = undefined
    const order = { turn, turns: turns.length, bytes }
    this.#answering.set(this.#engine.start(index, dueAt, this.#phase.warmup, connection, order), held)
  }

  #finishIfIdle(): void {
    if ((this.#closing || this.#over) && this.#held.size === 0 && this.#engine.inFlight === 0) this.#done()
  }
}
