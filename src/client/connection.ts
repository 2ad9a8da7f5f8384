/** One keep-alive connection that carries one request at a time: sends it, stamps its answer, reports the sample. */

import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type BatchWriter, C, type FailureCause, ROW } from '../samples/index.ts'
import { Answer } from './answer.ts'
import { writeAnswer } from './answerRow.ts'
import { arrivalErrorMs, arrivedAt, noteWork } from './arrival.ts'
import { classifyError } from './classify.ts'
import { CLIENT_OPTIONS } from './clientOptions.ts'
import {
  type ConnectCallback,
  type ConnectOptions,
  type Connector,
  connectorFor,
  isHttp2,
  onAlert,
  readsDirectly,
} from './connector.ts'
import { abortText, describeError } from './errorText.ts'
import { InterimAnswers } from './interim.ts'
import type { Order, Target } from './order.ts'
import { writeAtOnce } from './reuse.ts'
import { mayBeHttp2 } from './route.ts'
import { judgeContent, type Said, saidIn } from './said.ts'
import { type Client, type Dispatcher, UndiciClient } from './undici.ts'

/** What a sender puts into one segment, and so is there all at once, on nearly every network. */
const SEGMENT_BYTES = 1400

export interface ConnectionListener {
  /** Called when the sample is written and the connection is free; a next request may be sent from within. */
  onIdle(connection: Connection, failed: boolean): void
  /** A connection was opened, or could not be for lack of file descriptors. */
  onConnected(durationMs: number, isHttp2: boolean): void
  onDescriptorsExhausted(): void
  /** When the next request is due that waits for nothing but its time; infinity where none is. */
  readonly dueAt: number
  /** That time is over, seen at a read: the loop's own timers come only after all reads of its turn. */
  onDue(): void
}

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
  /** What undici reports to: ourselves, unless HTTP/2 may be spoken. */
  readonly #handler: Dispatcher.DispatchHandler
  #client: Client | undefined
  #controller: Dispatcher.DispatchController | undefined
  #ready: Socket | undefined
  #forced: FailureCause | undefined
  #isLeft = false
  readonly #interimAnswers = new InterimAnswers()
  #body: Uint8Array = new Uint8Array()
  /** When the latest socket read happened, before the HTTP parser sees its bytes, and since when the first were there. */
  #readAt = 0
  #arrivedAt = 0
  /** No byte of the latest read came before. */
  #earliestAt = 0
  #isHttp2 = false
  /** The bytes of the latest read are handed on where they were read. */
  #isInMemory = false
  /** What the server had against our certificate. */
  #alert: Error | undefined
  readonly #onReadable = (): void => {
    this.#stamp(this.#socket!.readableLength)
    if (this.#interim !== undefined) this.#skipContinue(this.#interim)
  }
  #socket: Socket | undefined
  /** Takes the answer's first bytes; undefined once they are past. */
  #interim: InterimAnswers | undefined

  constructor(target: Target, writer: BatchWriter, listener: ConnectionListener) {
    this.#target = target
    this.#writer = writer
    this.#listener = listener
    const { maxEventBytes, choices, allowEmpty } = target
    const onHopeless = (): void => this.#controller?.abort(new Error('given up'))
    this.#answer = new Answer(target.api, { maxEventBytes, choices, allowEmpty, onHopeless })
    const { origin, connectTimeoutMs, route } = target
    this.#connector = connectorFor(origin, connectTimeoutMs, route, (bytes) => this.#onRead(bytes))
    this.#handler = mayBeHttp2(origin, route) ? this.#stampedHandler() : this
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
    const answeredAt = this.#row[C.endedAt]!
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
    this.#isLeft = false
    this.#controller = undefined
    this.#interimAnswers.reset()
    this.#interim = this.#interimAnswers
    this.busy = true
    this.#body = order.bytes
    const { path, headers } = this.#target
    this.#client ??= this.#newClient()
    row[C.scheduledAt] = order.scheduledAt
    this.#start()
    if (order.follows === true) row[C.turnaround] = this.startedAt - answeredAt
    if (this.#socket !== undefined) writeAtOnce(this.#socket, this.startedAt - answeredAt)
    this.#client.dispatch({ path, method: 'POST', headers: order.headers ?? headers, body: order.bytes }, this.#handler)
  }

  #start(): void {
    this.startedAt = this.#row[C.startedAt] = performance.now()
  }

  /** The latest request failed. Valid until the next one is sent, as are the two below. */
  get failed(): boolean {
    return this.#answer.failure !== undefined
  }

  /** When the latest answer ended, by the stamp of its sample. */
  get endedAt(): number {
    return this.#row[C.endedAt]!
  }

  /** What of the answer joins the history of a conversation. */
  get said(): Said {
    return saidIn(this.#answer)
  }

  /** When the end of the answer in flight was seen, although its body goes on; NaN: it was not. */
  get overSince(): number {
    return this.busy ? this.#answer.overAt : Number.NaN
  }

  /** Does not wait any longer for the end of a body whose answer is over. Over HTTP/2 only its stream is reset. */
  leave(): void {
    if (!this.busy) return
    this.#isLeft = true
    const error = new Error('the answer is over')
    if (this.#controller !== undefined) this.#controller.abort(error)
    else this.#drop(error)
  }

  /** Ends the request in flight, if any, with this cause. */
  abort(cause: FailureCause): void {
    if (!this.busy) return
    this.#forced = cause
    const error = new Error(abortText(cause))
    // Over HTTP/2 too the connection ends with its request: a server that fell silent is not asked again on it.
    if (this.#controller !== undefined && !this.#isHttp2) this.#controller.abort(error)
    else this.#drop(error)
  }

  close(): void {
    this.#ready?.destroy()
    this.#drop(undefined)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // A connection that had to be opened was part of the request; one that is open gets it only now.
    if (Number.isNaN(this.#row[C.connectStartedAt]!)) this.#start()
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
    this.#answer.onBytes(chunk, this.#readAt, this.#arrivedAt, this.#isInMemory, this.#earliestAt)
  }

  onResponseEnd(): void {
    const drained = this.#answer.drained()
    if (drained === undefined) this.#judge()
    else void drained.then(() => this.#judge())
  }

  onResponseError(_controller: unknown, reported: Error): void {
    if (!this.busy) return
    const error = this.#alert ?? reported
    const drained = this.#answer.drained()
    if (drained === undefined) this.#judgeError(error)
    else void drained.then(() => this.#judgeError(error))
  }

  #judge(): void {
    this.#answer.onEnd()
    this.#finish()
  }

  #judgeError(error: Error): void {
    const answer = this.#answer
    // The status says what was wrong, however the rest of the answer came to its end.
    if (answer.status >= 300) answer.onEnd()
    // What came after a proper end (a reset in place of a clean close, silence) does not undo the answer.
    else if (answer.complete && answer.status >= 200) {
      if (this.#isLeft || this.#forced !== undefined) answer.noteLeftOpen()
      answer.onEnd()
    } else if (this.#forced !== undefined) answer.fail(this.#forced, error.message)
    else answer.fail(this.#causeOf(error), describeError(error))
    this.#finish()
  }

  #causeOf(error: Error): FailureCause {
    const cause = classifyError(error)
    const { code } = error as { code?: string }
    const closedByPeer = code === 'UND_ERR_SOCKET' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
    return closedByPeer && !Number.isNaN(this.#answer.headersAt) ? 'stream-truncated' : cause
  }

  #newClient(): Client {
    return new UndiciClient(this.#target.origin, {
      connect: (options: ConnectOptions, callback: ConnectCallback) => this.#connect(options, callback),
      ...CLIENT_OPTIONS,
    })
  }

  /** Called by undici when it needs a socket: the one opened ahead, or a new one. */
  #connect(options: ConnectOptions, callback: ConnectCallback): void {
    const ready = this.#ready
    this.#ready = undefined
    if (ready !== undefined && !ready.destroyed) {
      ready.off('error', noop)
      this.#watch(ready)
      // undici does not expect its answer before it asked: wait for the end of this tick.
      queueMicrotask(() => callback(null, ready))
      return
    }
    const startedAt = performance.now()
    this.#open(options, (error, socket) => {
      if (error === null) {
        this.#row[C.connectStartedAt] = startedAt
        this.#row[C.connectedAt] = performance.now()
        this.#watch(socket)
        callback(null, socket)
      } else callback(error, null)
    })
  }

  #open(options: ConnectOptions, callback: ConnectCallback): void {
    const startedAt = performance.now()
    this.#connector(options, (error, socket) => {
      if (error === null) {
        this.#listener.onConnected(performance.now() - startedAt, isHttp2(socket))
        callback(null, socket)
        return
      }
      const code = (error as { code?: string }).code
      if (code === 'EMFILE' || code === 'ENFILE') this.#listener.onDescriptorsExhausted()
      callback(error, null)
    })
  }

  #watch(socket: Socket): void {
    this.#socket = socket
    this.#isHttp2 = isHttp2(socket)
    this.#alert = undefined
    onAlert(socket, (alert) => {
      this.#alert = alert
    })
    if (readsDirectly(this.#target.origin, this.#target.route)) return
    // A session of HTTP/2 reads the socket beneath JavaScript: there is no event, and asking for one would take its bytes.
    if (!this.#isHttp2) socket.on('readable', this.#onReadable)
  }

  /** Stamps what an HTTP/2 session hands over, frame by frame; what comes over HTTP/1.1 is stamped already. */
  #stampedHandler(): Dispatcher.DispatchHandler {
    const stamp = (): void => {
      if (!this.#isHttp2) return
      this.#earliestAt = arrivedAt() - arrivalErrorMs()
      this.#readAt = this.#arrivedAt = noteWork()
    }
    return {
      onRequestStart: (controller) => {
        // undici sends a request once more that the server refused: for us it has failed.
        if (this.#controller === undefined || !this.#isHttp2) this.onRequestStart(controller)
        else controller.abort(new Error('HTTP/2: the server refused the stream'))
      },
      onRequestSent: () => this.onRequestSent(),
      onResponseStart: (controller, status, headers) => {
        stamp()
        this.onResponseStart(controller, status, headers)
      },
      onResponseData: (controller, chunk) => {
        stamp()
        this.onResponseData(controller, chunk)
      },
      onResponseEnd: () => this.onResponseEnd(),
      onResponseError: (controller, error) => this.onResponseError(controller, error),
    }
  }

  /** Bytes of a socket that is no stream, in memory that the next read of any connection writes over. */
  #onRead(bytes: Buffer): Buffer | undefined {
    this.#stamp(bytes.length)
    const interim = this.#interim
    this.#isInMemory = interim === undefined ? this.#answer.isBody : interim.isWholeHead(bytes)
    if (this.#isInMemory) this.#interim = undefined
    // What undici has of a head it keeps until the rest comes: of most answers there is no rest.
    const handed = this.#isInMemory ? bytes : Buffer.from(bytes)
    return this.#interim === undefined ? handed : this.#withoutContinue(this.#interim, handed)
  }

  /** @param length bytes of the read */
  #stamp(length: number): void {
    const turnAt = arrivedAt()
    this.#earliestAt = Math.max(turnAt - arrivalErrorMs(), this.startedAt)
    // More on the same connection, or the answer to what was sent meanwhile, came after the turn began.
    const isOfTurn = turnAt > this.#readAt && turnAt > this.startedAt && length <= SEGMENT_BYTES
    this.#readAt = noteWork()
    this.#arrivedAt = isOfTurn ? turnAt : this.#readAt
    if (this.#readAt >= this.#listener.dueAt && this.busy) this.#listener.onDue()
  }

  #skipContinue(interim: InterimAnswers): void {
    const socket = this.#socket!
    const bytes = socket.read() as Buffer | null
    const rest = bytes === null ? undefined : this.#withoutContinue(interim, bytes)
    if (rest !== undefined) socket.unshift(rest)
  }

  /** "100 Continue", which any server may send before its answer, is taken out of the bytes: undici takes it ill. */
  #withoutContinue(interim: InterimAnswers, bytes: Buffer): Buffer | undefined {
    const rest = interim.skip(bytes)
    if (rest !== undefined) this.#interim = undefined
    return rest
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
    judgeContent(answer, row, () => this.#target.itemsAsked?.(row[C.body]!, this.#body))
    const failed = answer.failure !== undefined
    writeAnswer(row, answer)
    // A closed loop has no schedule but its starts.
    if (Number.isNaN(row[C.scheduledAt]!)) row[C.scheduledAt] = this.startedAt
    const texts = this.#texts
    texts[0] = answer.text
    texts[1] = failed ? (this.#target.failureText?.(answer.failureText, this.#body) ?? answer.failureText) : ''
    texts[2] = answer.requestId
    texts[3] = answer.finishReason
    this.#writer.add(row, answer.gaps, answer.gapCount, texts, answer.gapErrors)
    this.#listener.onIdle(this, failed)
  }
}

function noop(): void {}
