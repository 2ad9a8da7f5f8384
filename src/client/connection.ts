/** One keep-alive connection that carries one request at a time: sends it, stamps its answer, reports the sample. */
import type { Socket } from 'node:net'
import type { Api } from '../apis/api.ts'
import { type BatchWriter, C, FAILURE_CAUSES, type FailureCause, ROW } from '../samples/index.ts'
import { Answer } from './answer.ts'
import { classifyError } from './classify.ts'
import { buildConnector, type Client, type Dispatcher, UndiciClient } from './undici.ts'

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
  /** Makes of a failure's text one that may be kept, knowing the request's body. */
  failureText?: (text: string, body: Uint8Array) => string
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

export interface ConnectionListener {
  /** Called when the sample is written and the connection is free; a next request may be sent from within. */
  onIdle(connection: Connection, failed: boolean): void
  /** A connection was opened, or could not be for lack of file descriptors. */
  onConnected(durationMs: number): void
  onDescriptorsExhausted(): void
}

type Connector = ReturnType<typeof buildConnector>
type ConnectOptions = Parameters<Connector>[0]
type ConnectCallback = Parameters<Connector>[1]

export class Connection implements Dispatcher.DispatchHandler {
  busy = false
  startedAt = Number.NaN
  readonly #target: Target
  readonly #listener: ConnectionListener
  readonly #writer: BatchWriter
  readonly #answer: Answer
  readonly #row = new Float64Array(ROW)
  readonly #texts: (Uint8Array | string)[] = ['', '', '', '', '']
  readonly #connector: Connector
  #client: Client | undefined
  #controller: Dispatcher.DispatchController | undefined
  #ready: Socket | undefined
  #forced: FailureCause | undefined
  #body: Uint8Array = new Uint8Array()
  /** When the latest socket read reached us: taken before the HTTP parser sees its bytes. */
  #readAt = 0
  readonly #onReadable = (): void => {
    this.#readAt = performance.now()
  }

  constructor(target: Target, writer: BatchWriter, listener: ConnectionListener) {
    this.#target = target
    this.#writer = writer
    this.#listener = listener
    this.#answer = new Answer(target.api)
    this.#connector = buildConnector({ timeout: target.connectTimeoutMs, allowH2: false })
  }

  /** Opens the connection ahead of the first request. Resolves also when that fails: the first request will tell. */
  preconnect(): Promise<void> {
    const url = new URL(this.#target.origin)
    const options = {
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      host: url.host,
      protocol: url.protocol,
      port: url.port,
    }
    return new Promise((resolve) => {
      this.#open(options, (error, socket) => {
        if (error === null) {
          this.#ready = socket as Socket
          this.#ready.on('error', noop)
        }
        resolve()
      })
    })
  }

  /** It was open, and has been closed since: by the server, while it rested. */
  get isLost(): boolean {
    if (this.busy) return false
    const isReady = this.#ready !== undefined && !this.#ready.destroyed
    return !isReady && (this.#client === undefined ? this.#ready !== undefined : !this.#client.stats.connected)
  }

  send(order: Order): void {
    const row = this.#row.fill(Number.NaN)
    row[C.index] = order.index
    row[C.body] = order.body
    row[C.flags] = order.flags
    const { turn } = order
    if (turn !== undefined) {
      row[C.conversation] = order.index
      row[C.turn] = turn.turn
      row[C.turns] = turn.turns
    }
    this.#texts[4] = turn?.bytes ?? ''
    this.#answer.reset()
    this.#forced = undefined
    this.#controller = undefined
    this.busy = true
    this.#body = order.bytes
    const { path, headers } = this.#target
    this.#client ??= this.#newClient()
    this.startedAt = performance.now()
    row[C.startedAt] = this.startedAt
    row[C.scheduledAt] = Number.isNaN(order.scheduledAt) ? this.startedAt : order.scheduledAt
    this.#client.dispatch({ path, method: 'POST', headers: order.headers ?? headers, body: order.bytes }, this)
  }

  /** The latest request failed. Valid until the next one is sent, as are the two below. */
  get failed(): boolean {
    return this.#answer.failure !== undefined
  }

  /** When the latest answer ended, by the stamp of its sample. */
  get endedAt(): number {
    return this.#row[C.endedAt]!
  }

  /** What the model said, without its reasoning: the inside of a JSON string. */
  get answerText(): string {
    const { buffer, byteOffset, length } = this.#answer.spoken
    return Buffer.from(buffer, byteOffset, length).toString()
  }

  /** Ends the request in flight, if any, with this cause. */
  abort(cause: FailureCause): void {
    if (!this.busy) return
    this.#forced = cause
    const error = new Error(ABORT_TEXT[cause] ?? cause)
    if (this.#controller !== undefined) this.#controller.abort(error)
    else this.#drop(error)
  }

  close(): void {
    this.#ready?.destroy()
    this.#drop(undefined)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
  }

  onRequestSent(): void {
    this.#row[C.sentAt] = performance.now()
  }

  /** Since when the server says nothing to the request in flight; NaN while there is none, or it is not sent yet. */
  get quietSince(): number {
    return this.busy ? Math.max(this.#row[C.sentAt]!, this.#readAt) : Number.NaN
  }

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // 1xx answers are announcements, not the answer.
    if (status >= 200) this.#answer.onHeaders(status, headers, this.#target.stream, this.#readAt)
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#answer.onBytes(chunk, this.#readAt)
  }

  onResponseEnd(): void {
    this.#answer.onEnd()
    this.#finish()
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (!this.busy) return
    const answer = this.#answer
    if (this.#forced !== undefined) answer.fail(this.#forced, error.message)
    // What came after a proper end (a reset instead of a clean close) does not undo the answer.
    else if (!(answer.complete && answer.status >= 200 && answer.status < 300)) {
      answer.fail(this.#causeOf(error), describeError(error))
    }
    this.#finish()
  }

  #causeOf(error: Error): FailureCause {
    const cause = classifyError(error)
    const closedByPeer = (error as { code?: string }).code === 'UND_ERR_SOCKET'
    return closedByPeer && !Number.isNaN(this.#answer.headersAt) ? 'stream-truncated' : cause
  }

  #newClient(): Client {
    return new UndiciClient(this.#target.origin, {
      connect: (options: ConnectOptions, callback: ConnectCallback) => this.#connect(options, callback),
      // With room for two, undici writes the next request in the same tick in which the answer before it ended.
      // POST is never pipelined, so there is still one in flight at most.
      pipelining: 2,
      allowH2: false,
      // The engine looks after silence itself: a timer that each read winds up again costs more than a look now and then.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 600_000,
      keepAliveTimeoutThreshold: 1_000,
    })
  }

  /** Called by undici when it needs a socket: the one opened ahead, or a new one. */
  #connect(options: ConnectOptions, callback: ConnectCallback): void {
    const ready = this.#ready
    this.#ready = undefined
    if (ready !== undefined && !ready.destroyed) {
      ready.off('error', noop)
      ready.on('readable', this.#onReadable)
      // undici does not expect its answer before it asked: wait for the end of this tick.
      queueMicrotask(() => callback(null, ready))
      return
    }
    const startedAt = performance.now()
    this.#open(options, (error, socket) => {
      if (error === null) {
        this.#row[C.connectStartedAt] = startedAt
        this.#row[C.connectedAt] = performance.now()
        socket.on('readable', this.#onReadable)
        callback(null, socket)
      } else callback(error, null)
    })
  }

  #open(options: ConnectOptions, callback: ConnectCallback): void {
    const startedAt = performance.now()
    this.#connector(options, (error, socket) => {
      if (error === null) {
        this.#listener.onConnected(performance.now() - startedAt)
        callback(null, socket)
        return
      }
      const code = (error as { code?: string }).code
      if (code === 'EMFILE' || code === 'ENFILE') this.#listener.onDescriptorsExhausted()
      callback(error, null)
    })
  }

  #drop(error: Error | undefined): void {
    const client = this.#client
    this.#client = undefined
    void client?.destroy(error ?? null).catch(noop)
  }

  /** Writes the sample and hands the connection back. */
  #finish(): void {
    if (!this.busy) return
    this.busy = false
    this.#controller = undefined
    const answer = this.#answer
    const row = this.#row
    row[C.headersAt] = answer.headersAt
    row[C.firstChunkAt] = answer.firstChunkAt
    row[C.lastChunkAt] = answer.lastChunkAt
    row[C.firstTokenAt] = answer.firstTokenAt
    row[C.lastTokenAt] = answer.lastTokenAt
    const failed = answer.failure !== undefined
    // A failure may come without any data event: it ends when we learn of it.
    row[C.endedAt] = failed || Number.isNaN(answer.endedAt) ? performance.now() : answer.endedAt
    row[C.packages] = answer.packages
    row[C.outputEvents] = answer.outputEvents
    row[C.status] = answer.status
    row[C.cause] = failed ? FAILURE_CAUSES.indexOf(answer.failure!) : -1
    const usage = answer.usage
    if (usage !== undefined) {
      row[C.inputTokens] = usage.inputTokens ?? Number.NaN
      row[C.outputTokens] = usage.outputTokens ?? Number.NaN
      row[C.cachedTokens] = usage.cachedTokens ?? Number.NaN
      row[C.reasoningTokens] = usage.reasoningTokens ?? Number.NaN
    }
    const texts = this.#texts
    texts[0] = answer.text
    texts[1] = failed ? (this.#target.failureText?.(answer.failureText, this.#body) ?? answer.failureText) : ''
    texts[2] = answer.requestId
    texts[3] = answer.finishReason
    this.#writer.add(row, answer.gaps, answer.gapCount, texts)
    this.#listener.onIdle(this, failed)
  }
}

const ABORT_TEXT: Partial<Record<FailureCause, string>> = {
  'read-timeout': 'the server was silent for longer than read-timeout',
  'total-timeout': 'the request took longer than total-timeout',
  cancelled: 'the run was stopped before the answer was complete',
}

function noop(): void {}

function describeError(error: Error): string {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && !error.message.includes(code) ? `${code}: ${error.message}` : error.message
}
