/** What a connection is asked to send, and where. */
import type { Api } from '../apis/api.ts'
import type { Route } from './route.ts'

/** Where requests go and how; shared by all connections of a load thread. */
export interface Target {
  api: Api
  /** For instance `http://127.0.0.1:8000`. */
  origin: string
  path: string
  /** Names and values in turn. */
  headers: string[]
  stream: boolean
  connectTimeoutMs: number
  readTimeoutMs: number
  /** Absent: HTTP/1.1, straight. */
  route?: Route | undefined
  /** Makes of a failure's text one that may be kept, knowing the request's body. */
  failureText?: ((text: string, body: Uint8Array) => string) | undefined
  /** Vectors or scores that the answer to a body must have at least; absent: the answers are none. */
  itemsAsked?: ((body: number, bytes: Uint8Array) => number) | undefined
  /** Largest event of a stream, or answer in one piece, bytes; absent: 32 MiB. */
  maxEventBytes?: number | undefined
  /** Choices that each request asks for; absent: 1. */
  choices?: number | undefined
  /** An answer without any output is a success. */
  allowEmpty?: boolean | undefined
}

/** One request as the schedule wants it. */
export interface Order {
  index: number
  /** Which prepared body to send. */
  body: number
  bytes: Uint8Array
  /** When it was due; equals its start in a closed loop (NaN: take the start). */
  scheduledAt: number
  flags: number
  /** All headers of this request; absent: those of the target. */
  headers?: string[] | undefined
  turn?: TurnOrder | undefined
  /** The connection waited for nothing but us since its last answer ended. */
  follows?: boolean
}

/** The place of a request in a conversation, whose number its `index` is. */
export interface TurnOrder {
  /** From 0. */
  turn: number
  /** Turns the conversation is to have. */
  turns: number
  /** The body; absent: the prepared one. */
  bytes: Uint8Array | undefined
}
