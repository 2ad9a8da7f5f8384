/** Reads one answer as its bytes arrive: follows the stream, and decides by what it says how it ended. */
import { performance } from 'node:perf_hooks'
import type { Api, Reading, Usage } from '../apis/api.ts'
import {
  isErrorEvent,
  isHeartbeat,
  isOwnEvent,
  readForeignError,
  readServerError,
  readStrayError,
} from '../apis/outcome.ts'
import { type FailureCause, NOTE } from '../samples/index.ts'
import { AnswerTimes, MAX_GAPS } from './answerTimes.ts'
import { type BodyKind, kindByBytes, kindByHeaders } from './body.ts'
import type { Choice } from './choices.ts'
import { classifyStatus } from './classify.ts'
import { AnswerContent, isOnlyReasoning } from './content.ts'
import { EventShapes, isPlainText, type Meaningless } from './eventShapes.ts'
import { EventTemplate } from './eventTemplate.ts'
import { type Inflater, inflaterOf, KNOWN_ENCODINGS, readEncodings } from './inflate.ts'
import { shownLocation } from './location.ts'
import { SseDecoder, type SseListener } from './sse.ts'
import type { ToolCalls } from './toolCalls.ts'

/** How much of what the server said is kept with a failure. */
const FAILURE_TEXT_BYTES = 2048
/** Bytes of one event, or of an answer in one piece, unless the run says otherwise. */
const MAX_EVENT_BYTES = 32 << 20

/** What `[DONE]` says. */
const DONE: Reading = { ends: true }

export interface AnswerOptions {
  /** Largest event of a stream, or answer in one piece, bytes. */
  maxEventBytes?: number | undefined
  /** Choices that are asked for. */
  choices?: number | undefined
  /** An answer without any output is a success. */
  allowEmpty?: boolean | undefined
  /** Called when the answer has failed and what is still to come of it must not be waited for. */
  onHopeless?: (() => void) | undefined
}

export class Answer extends AnswerTimes implements SseListener {
  status = 0
  failure: FailureCause | undefined
  failureText = ''
  /** When its end was seen, by `[DONE]` or the event of its API, `performance.now()`; NaN: it was not. */
  overAt = Number.NaN
  /** Of reads whose bytes are being decoded, the largest error, milliseconds. */
  #readErrorMs = 0
  /** Vectors or scores in a whole answer; undefined where it is none of those. */
  items: number | undefined

  readonly #api: Api
  readonly #template = new EventTemplate()
  readonly #shapes = new EventShapes()
  readonly #decoder = new SseDecoder(this, this.#template, this.#shapes)
  readonly #content = new AnswerContent()
  readonly #maxEventBytes: number
  readonly #asked: number
  readonly #allowEmpty: boolean
  readonly #onHopeless: () => void
  readonly #meaningless: Meaningless
  /** The choice of the event that the template was learned from. */
  #templateChoice: Choice | undefined
  #kind: BodyKind = 'events'
  /** The request asked for a stream, and no byte has said yet whether it is one. */
  #isUnsure = false
  #streamed = false
  #inflater: Inflater | undefined
  #chunks: Buffer[] = []
  #chunkBytes = 0
  /** The beginning of a stream, to be shown when it fails. */
  readonly #words = Buffer.allocUnsafeSlow(FAILURE_TEXT_BYTES)
  #wordsLength = 0
  /** Where a redirect points. */
  #location = ''
  #retryAfter = ''
  #isOver = false
  #isEnding = false
  #requestIdHeader = ''

  constructor(api: Api, { maxEventBytes, choices, allowEmpty, onHopeless }: AnswerOptions = {}) {
    super()
    this.#api = api
    this.#maxEventBytes = maxEventBytes ?? MAX_EVENT_BYTES
    this.#asked = choices ?? 1
    this.#allowEmpty = allowEmpty ?? false
    this.#onHopeless = onHopeless ?? (() => {})
    this.#meaningless = { unread: api.unread ?? [], varying: api.varying ?? [] }
  }

  /** Forgets everything; a new request starts. */
  reset(): void {
    this.forgetTimes()
    this.status = 0
    this.failure = undefined
    this.failureText = ''
    this.overAt = Number.NaN
    this.#readErrorMs = 0
    this.items = undefined
    this.#template.reset()
    this.#shapes.reset()
    this.#decoder.reset()
    this.#content.reset()
    this.#chunks.length = 0
    this.#chunkBytes = 0
    this.#wordsLength = 0
    this.#isOver = false
    this.#isEnding = false
    this.#inflater = undefined
    this.#requestIdHeader = ''
  }

  get usage(): Usage | undefined {
    return this.#content.usage
  }

  get finishReason(): string {
    return this.#content.finishReason
  }

  /** That of the header, or else of the body. */
  get requestId(): string {
    return this.#requestIdHeader || this.#content.requestId
  }

  /** Bits of `NOTE`. */
  get notes(): number {
    return this.#content.notes
  }

  get hiddenTokens(): number {
    return this.#content.hiddenTokens
  }

  get firstTokens(): number {
    return this.#content.firstTokens
  }

  /** Since when its tokens are timed. */
  get timedFrom(): number {
    return this.#content.isTimedFromAnswer ? this.answerAt : this.firstTokenAt
  }

  /** By how much that may be too late, milliseconds. */
  get timedFromError(): number {
    return this.#content.isTimedFromAnswer ? this.answerError : this.firstTokenError
  }

  /** It came in one piece, asked for as a stream or not. */
  get isWhole(): boolean {
    return this.#kind === 'json'
  }

  /** The text of each choice, with CHOICE_SEPARATOR between: the inside of JSON strings, UTF-8. Valid until the next reset. */
  get text(): Uint8Array {
    return this.#content.choices.text
  }

  /** The first choice's text without its reasoning and calls of tools, in the same form. */
  get spoken(): Uint8Array {
    return this.#content.choices.spoken
  }

  /** The answer ended as it should: with a finish reason of each choice, or the event that ends answers of this API. */
  get complete(): boolean {
    const { begun, ended } = this.#content.choices
    return this.#isOver || (begun >= this.#asked && begun > 0 && ended === begun)
  }

  /** Calls of tools in the first choice. */
  get toolCalls(): ToolCalls {
    return this.#content.toolCalls
  }

  /** Its head is past: what comes belongs to the body. */
  get isBody(): boolean {
    return !Number.isNaN(this.headersAt)
  }

  /** @param at when the headers' bytes arrived */
  onHeaders(
    status: number,
    headers: Record<string, string | string[] | undefined>,
    streamed: boolean,
    at: number,
  ): void {
    this.status = status
    this.headersAt = at
    this.startRead(at)
    const id = headers['x-request-id']
    if (typeof id === 'string') this.#requestIdHeader = id
    this.#kind = kindByHeaders(status, headers['content-type'], streamed)
    this.#streamed = streamed
    this.#isUnsure = streamed && this.#kind !== 'error'
    if (this.#kind === 'error') {
      this.#location = shownLocation(headers['location'])
      this.#retryAfter = String(headers['retry-after'] ?? '')
    }
    if (headers['content-encoding'] !== undefined) this.#decode(headers['content-encoding'])
  }

  /**
   * @param bytes may be written over after this call
   * @param at when the socket read that brought these bytes happened, taken before any parsing
   * @param arrivedAt since when the first of what was read had been there; the timestamp of an event that comes alone
   * @param inMemory they lie in the memory of direct reads
   * @param earliestAt before this none of them came: the errors of their timestamps go back to it
   */
  onBytes(bytes: Buffer, at: number, arrivedAt = at, inMemory = false, earliestAt = arrivedAt): void {
    if (this.#isOver) return
    if (this.#inflater !== undefined && at - earliestAt > this.#readErrorMs) this.#readErrorMs = at - earliestAt
    if (this.#inflater !== undefined) return this.#inflater.write(Buffer.from(bytes), at)
    this.startRead(at, arrivedAt, earliestAt)
    this.#read(bytes, inMemory)
  }

  /**
   * No more bytes will come. A promise where those that came are still being decoded; nothing may be judged before.
   */
  drained(): Promise<void> | undefined {
    return this.#inflater?.end()
  }

  /** The response is over and drained; decides between success and a cause of failure. */
  onEnd(): void {
    if (this.#kind === 'error') return this.#failByStatus()
    if (this.failure !== undefined) return
    if (this.#kind === 'json') this.#judgeWhole()
    else this.#judgeStream()
    if (this.failure !== undefined) return
    this.#content.settle(this.outputEvents)
    // What something on the way collected has no gaps between its tokens.
    if (this.lastTokenAt === this.firstTokenAt) this.gapCount = 0
  }

  /** The connection of a whole answer was dropped, since the server did not end the body. */
  noteLeftOpen(): void {
    this.#content.notes |= NOTE['left-open']
  }

  #failByStatus(): void {
    if (this.status < 400) return this.fail('redirect', `HTTP ${this.status} to ${this.#location}`)
    const wait = this.#retryAfter === '' ? '' : ` (retry-after: ${this.#retryAfter})`
    this.fail(classifyStatus(this.status), `HTTP ${this.status}${wait} ${Buffer.concat(this.#chunks).toString()}`)
  }

  /** Records why the request failed; the first cause stands. */
  fail(cause: FailureCause, text: string): void {
    if (this.failure !== undefined) return
    this.failure = cause
    this.failureText = text.slice(0, FAILURE_TEXT_BYTES)
  }

  #giveUp(cause: FailureCause, text: string): void {
    this.fail(cause, text)
    this.#inflater?.close()
    this.#onHopeless()
  }

  /** The body will come in an encoding. */
  #decode(header: string | string[]): void {
    const encodings = readEncodings(header)
    if (encodings.length === 0) return
    const unknown = encodings.find((encoding) => !KNOWN_ENCODINGS.includes(encoding))
    if (unknown !== undefined) {
      // Of an answer with an error status the status is told, whatever its body.
      if (this.#kind !== 'error')
        this.#giveUp('bad-sse', `the content-encoding "${unknown}" is not one of ${KNOWN_ENCODINGS.join(', ')}`)
      return
    }
    this.#inflater = inflaterOf(
      encodings,
      (bytes, at) => {
        if (this.#isOver) return
        this.startRead(at, at, at - this.#readErrorMs)
        this.#read(bytes, false)
      },
      (error) => {
        if (!this.#isOver)
          this.#giveUp(
            'bad-sse',
            `the body is not in the content-encoding "${encodings.join(', ')}": ${error.message}${this.#firstWords()}`,
          )
      },
    )
  }

  #read(bytes: Buffer, inMemory: boolean): void {
    if (this.#isUnsure) {
      const kind = kindByBytes(bytes, this.#kind as 'events' | 'json')
      if (kind !== undefined) {
        this.#isUnsure = false
        if (kind !== this.#kind) this.#chunks.length = 0
        this.#kind = kind
      }
    }
    if (this.#kind === 'events') this.#readEvents(bytes, inMemory)
    else this.#keepBytes(bytes)
  }

  #readEvents(bytes: Buffer, inMemory: boolean): void {
    if (this.outputEvents === 0 && this.#wordsLength < FAILURE_TEXT_BYTES)
      this.#wordsLength += bytes.copy(this.#words, this.#wordsLength)
    if (this.#decoder.pendingBytes <= this.#maxEventBytes) this.#decoder.push(bytes, inMemory)
    else this.#giveUp('bad-sse', `an event of the stream is larger than max-event-bytes (${this.#maxEventBytes})`)
  }

  #keepBytes(bytes: Buffer): void {
    this.stampPiece()
    if (this.#kind === 'error' && this.#chunkBytes >= FAILURE_TEXT_BYTES) return
    this.#chunkBytes += bytes.length
    if (this.#chunkBytes <= this.#maxEventBytes) this.#chunks.push(Buffer.from(bytes))
    else this.#giveUp('bad-json', `the answer is larger than max-event-bytes (${this.#maxEventBytes})`)
  }

  onTemplateEvent(bytes: Uint8Array): void {
    if (this.#isOver) return
    const { isReasoning, textStart, textEnd } = this.#template
    this.stampEvent()
    this.countPackage()
    this.#countToken(isReasoning)
    this.#templateChoice!.append(bytes, textStart, textEnd)
    if (isReasoning) this.#templateChoice!.endReasoning()
  }

  onShapeEvent(bytes: Buffer, start: number, end: number): void {
    if (this.#isOver) return
    const { reading } = this.#shapes
    if (reading === DONE) return this.#end()
    this.stampEvent()
    const pattern = this.#shapes.pattern!
    const { textStart, textEnd, idStart, idEnd } = pattern
    if (textStart < 0) this.#take(reading)
    else {
      const isReasoning = isOnlyReasoning(reading)
      this.countPackage()
      this.#countToken(isReasoning)
      this.#content.takeReasoning(reading)
      const choice = this.#content.choices.at(reading.choice ?? 0)
      choice.append(bytes, textStart, textEnd)
      if (isReasoning) choice.endReasoning()
      this.#templateChoice = choice
      this.#template.adopt(bytes, start, end, pattern, isReasoning)
    }
    if (idStart >= 0 && this.#content.requestId === '') this.#content.requestId = bytes.toString('utf8', idStart, idEnd)
  }

  onEvent(data: string, type: string, raw: Uint8Array | undefined): void {
    if (this.#isOver || isHeartbeat(type)) return
    const text = data.trim()
    const isError = type !== '' && isErrorEvent(type)
    if (text === '') {
      if (isError) this.fail('server-error-event', 'event: error')
      return
    }
    if (text === '[DONE]' || text === '[done]') {
      this.#end()
      if (raw !== undefined) this.#shapes.learn(raw, undefined, DONE, this.#meaningless, false)
      return
    }
    let event: unknown
    try {
      event = JSON.parse(text)
    } catch (error) {
      this.#takeBroken(data, type, error as Error)
      return
    }
    this.stampEvent()
    const reading = this.#api.readEvent(event, type)
    const error = readServerError(event) ?? (isError ? data : this.#foreignError(event, type, reading))
    if (error !== undefined) return this.fail('server-error-event', error)
    this.#take(reading)
    if (raw === undefined || this.#api.uniform === false || this.failure !== undefined) return
    const plain = isPlainText(reading)
    const { varying } = this.#meaningless
    if (plain && this.#template.learning) {
      this.#templateChoice = this.#content.choices.at(reading.choice ?? 0)
      this.#template.learn(raw, reading.text!, { event, varying, isReasoning: isOnlyReasoning(reading) })
    }
    this.#shapes.learn(raw, event, reading, this.#meaningless, plain)
  }

  #foreignError(event: unknown, type: string, reading: Reading): string | undefined {
    return isOwnEvent(type, this.#api) ? readForeignError(event, reading) : undefined
  }

  onStray(text: string, isField: boolean): void {
    const error = this.#isOver ? undefined : readStrayError(text, isField)
    if (error !== undefined) this.fail('server-error-event', error)
  }

  /** An event that is no JSON. */
  #takeBroken(data: string, type: string, error: Error): void {
    // The last event of a body may have been cut short: that is what will be told.
    if (this.#isEnding) return
    if (isErrorEvent(type)) this.fail('server-error-event', data)
    else if (isOwnEvent(type, this.#api)) this.fail('bad-json', `${error.message} in event: ${data}`)
  }

  #take(reading: Reading): void {
    if (reading.error !== undefined) this.fail('server-error-event', reading.error)
    if (reading.malformed !== undefined) this.fail('bad-json', reading.malformed)
    if (reading.isPackage) this.countPackage()
    const hasOutput = reading.text || reading.hasOutput || reading.more?.some(({ text }) => text)
    const isFirst = hasOutput !== undefined && hasOutput !== '' && hasOutput !== false && this.outputEvents === 0
    if (hasOutput) this.#countToken(isOnlyReasoning(reading))
    const failed = this.#content.take(reading, isFirst)
    if (failed !== undefined)
      this.fail('server-error-event', `the server ended the answer with finish_reason "${failed}"${this.#firstWords()}`)
    if (reading.ends) this.#end()
  }

  #end(): void {
    this.#isOver = true
    this.overAt = performance.now()
  }

  #countToken(isReasoning: boolean): void {
    if (!this.countOutput(isReasoning)) this.#giveUp('bad-sse', `the stream has more than ${MAX_GAPS} tokens`)
  }

  #judgeWhole(): void {
    const body = Buffer.concat(this.#chunks).toString()
    let answer: unknown
    try {
      answer = JSON.parse(body)
    } catch (error) {
      this.fail('bad-json', `${(error as Error).message} in answer: ${body.slice(0, FAILURE_TEXT_BYTES)}`)
      return
    }
    const reading = this.#api.readAnswer(answer)
    const error = readServerError(answer) ?? readForeignError(answer, reading)
    if (error !== undefined) return this.fail('server-error-event', error)
    this.items = reading.items
    this.#take(reading)
    if (this.#streamed && this.#api.streams !== false) this.#content.notes |= NOTE['one-piece']
    if (this.failure !== undefined || this.#api.generates === false) {
      if (!reading.isPackage) this.fail('no-output', `${reading.missing ?? 'the answer is empty'}: ${body}`)
    } else if (this.outputEvents === 0) this.#judgeEmpty(reading.missing, body)
    else this.#judgeChoices()
  }

  #judgeStream(): void {
    this.#isEnding = true
    this.#decoder.end()
    if (this.failure !== undefined) return
    if (!this.complete) {
      const isStream = !Number.isNaN(this.endedAt) || this.#wordsLength === 0
      if (isStream)
        this.fail(
          'stream-truncated',
          `the stream ended after ${this.packages} packages without finish_reason or [DONE]${this.#firstWords()}`,
        )
      else this.fail('bad-sse', `the body is not a server-sent event stream${this.#firstWords()}`)
    } else if (this.outputEvents === 0) this.#judgeEmpty(undefined, this.#wordsText())
    else this.#judgeChoices()
  }

  /** An answer without any output that could be seen. */
  #judgeEmpty(missing: string | undefined, words: string): void {
    const { usage, finishReason } = this.#content
    const { outputTokens = 0, reasoningTokens = 0 } = usage ?? {}
    if (reasoningTokens > 0) this.#content.notes |= NOTE['only-reasoning']
    // One token may be the one that ends the text.
    else if (outputTokens > 1) this.#content.notes |= NOTE['unrecognized-output']
    else if (!this.#allowEmpty || missing !== undefined) {
      const reason = finishReason === '' ? '' : ` and ended with finish_reason "${finishReason}"`
      this.fail('no-output', `${missing ?? `the answer has no output${reason}`}: ${words}`)
    }
  }

  /** An answer with output: whether all that was asked for came to its end. */
  #judgeChoices(): void {
    const { choices, finishReason } = this.#content
    const { begun, ended } = choices
    if (Number.isNaN(this.answerAt)) this.#content.notes |= NOTE['only-reasoning']
    if (finishReason === '') {
      if (this.#kind === 'events') this.#content.notes |= NOTE['no-finish-reason']
    } else if (this.#asked > 1 && ended < begun)
      this.fail('stream-truncated', `only ${ended} of ${begun} choices have a finish_reason${this.#firstWords()}`)
    if (begun < this.#asked) this.#content.notes |= NOTE['fewer-choices']
  }

  #wordsText(): string {
    return this.#words.toString('utf8', 0, this.#wordsLength)
  }

  /** What the server said first, to stand behind the words of a failure. */
  #firstWords(): string {
    return this.#wordsLength === 0 ? '' : `: ${this.#wordsText()}`
  }
}
