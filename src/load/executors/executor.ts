/** What an executor is: a closed loop that keeps requests in flight, an open loop that starts them when due, or conversations. */
import type { ExecutorName } from '../../config/index.ts'
import type { Level } from '../level.ts'

interface Named {
  readonly name: ExecutorName
  /** One line for help and docs. */
  readonly description: string
  /** @throws ConfigError when the level lacks what this executor needs */
  check(level: Level): void
}

export interface ClosedLoop extends Named {
  readonly kind: 'closed'
  /** Most requests in flight over the whole level. */
  peak(level: Level): number
  /** Requests to keep in flight at a time after the start, milliseconds. */
  concurrencyAt(level: Level, elapsedMs: number): number
  /** When nothing new is sent any more, milliseconds after the start. */
  endsMs(level: Level): number
}

export interface OpenLoop extends Named {
  readonly kind: 'open'
  /** Highest mean arrival rate, per second: how many connections to have ready. */
  peak(level: Level): number
  /** A function that gives one arrival time after another, milliseconds after the start; Infinity when there are no more. */
  arrivals(level: Level): () => number
  endsMs(level: Level): number
}

/** Each conversation sends its next request when it has read the answer to the last. */
export interface Conversations extends Named {
  readonly kind: 'conversations'
  /** Conversations that go on at once. */
  peak(level: Level): number
  endsMs(level: Level): number
}

export type Executor = ClosedLoop | OpenLoop | Conversations
