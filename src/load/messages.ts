/** What the run and its load threads say to each other. */
import type { Route } from '../client/route.ts'
import type { Shard } from '../config/index.ts'
import type { SampleBatch } from '../samples/index.ts'
import type { SharedBodies } from './bodies.ts'
import type { SharedConversations } from './conversationBook.ts'
import type { Level } from './level.ts'
import type { ThreadHealth } from './threadHealth.ts'

/** What a load thread must know of its run. Holds no key beyond the headers that must be sent. */
export interface ThreadSetup {
  worker: number
  workers: number
  /** The part of the load that this process sends; absent: all of it. */
  shard?: Shard | undefined
  /** A name, or the URL of a user's module. */
  api: string
  origin: string
  path: string
  headers: string[]
  stream: boolean
  connectTimeoutMs: number
  readTimeoutMs: number
  totalTimeoutMs: number
  /** Largest event of a stream, or answer in one piece, bytes; absent: 32 MiB. */
  maxEventBytes?: number | undefined
  /** Choices that each request asks for; absent: 1. */
  choices?: number | undefined
  /** An answer without any output is a success. */
  allowEmpty?: boolean | undefined
  bodies: SharedBodies
  counters: SharedArrayBuffer
  conversations?: SharedConversations | undefined
  /** Spellings of the run's secrets, to be taken out of what servers say of failed requests. */
  secrets?: readonly string[]
  /** False: nor may a failure quote the request it is about. */
  keepTexts?: boolean
  /** Modules of the user to import on the load thread, as URLs. */
  imports?: string[]
  route?: Route | undefined
}

/** Since the thread began. */
export interface Connections {
  opened: number
  http2: number
}

export type ToThread =
  /** Loads and compiles ahead what every run needs; may come before the setup. */
  | { type: 'warm' }
  /** Comes before everything below. */
  | { type: 'setup'; setup: ThreadSetup }
  | { type: 'calibrate'; port: number; requests: number; timed: boolean }
  | { type: 'preconnect'; count: number }
  | { type: 'phase'; level: Level; startAt: number; warmup: boolean }
  | { type: 'end' }
  | { type: 'stop'; graceMs: number }
  /** The run is over; a thread that may not rest ends. */
  | { type: 'close'; rest: boolean }

export type FromThread =
  /** Ready for another setup. */
  | { type: 'closed' }
  | { type: 'calibrated'; overheadMs: number | undefined }
  | { type: 'preconnected' }
  | { type: 'batch'; batch: SampleBatch }
  | { type: 'phaseDone'; health: ThreadHealth; connectMs: number[]; connections: Connections }
