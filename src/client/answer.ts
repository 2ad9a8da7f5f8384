/** Reads one answer as its bytes arrive: follows the stream and decides how it ended. */
import type { Api, ChoiceReading, Reading, Usage } from '../apis/api.ts'
import type { FailureCause } from '../samples/index.ts'
import { AnswerTimes, MAX_GAPS } from './answerTimes.ts'
import { type Choice, Choices } from './choices.ts'
import { classifyStatus } from './classify.ts'
import { EventShapes } from './eventShapes.ts'
import { EventTemplate } from './eventTemplate.ts'
import { type Inflater, inflaterOf, KNOWN_ENCODINGS } from './inflate.ts'
import { shownLocation } from './location.ts'
import { SseDecoder, type SseListener } from './sse.ts'
import { ToolCalls } from './toolCalls.ts'

/** How much of what the server said is kept with a failure. */
const FAILURE_TEXT_BYTES = 2048
/** Bytes of one event, or of an answer in one piece, unless the run says otherwise. */
const MAX_EVENT_BYTES = 32 << 20

type Mode = 'events' | 'json' | 'error'

/** What `[DONE]` says, to be told apart from every other reading. */
const DONE: Reading = {}

export class Answer extends AnswerTimes implements SseListener {
  status = 0
  usage: Usage | undefined
  failure: FailureCause | undefined
  failureText = ''
  finishReason = ''
  requestId = ''
  /** Vectors or scores in a whole answer; undefined where it is none of those. */
  items: number | undefined
  /** Of the first choice. */
  readonly toolCalls = new ToolCalls()

  readonly #api: Api
  readonly #template = new EventTemplate()
  readonly #shapes = new EventShapes()
  readonly #decoder = new SseDecoder(this, this.#template, this.#shapes)
  readonly #choices = new Choices()
  /** The choice of the event that the template was learned from. */
  #templateChoice: Choice | undefined
  #mode: Mode | 'encoded' = 'events'
  /** What an encoded body is once it is decoded. */
  #decodedMode: Mode = 'events'
  #inflater: Inflater | undefined
  readonly #maxEventBytes: number
  readonly #onHopeless: () => void
  /** Of a stream only its beginning, to be shown when it turns out to be none. */
  #chunks: Buffer[] = []
  #chunkBytes = 0
  /** Where a redirect points. */
  #location = ''
  #done = false
  #events = 0
  #retryAfter = ''

  /**
   * @param maxEventBytes largest event of a stream, or answer in one piece
   * @param onHopeless called when the answer has failed and what is still to come of it must not be waited for
   */
  constructor(api: Api, maxEventBytes = MAX_EVENT_BYTES, onHopeless: () => void = () => {}) {
    super()
    this.#api = api
    this.#maxEventBytes = maxEventBytes
    this.#onHopeless = onHopeless
  }

  /** Forgets everything; a new request starts. */
  reset(): void {
    this.forgetTimes()
    this.status = 0
    this.usage = undefined
    this.failure = undefined
    this.failureText = ''
    this.finishReason = ''
    this.requestId = ''
    this.items = undefined
    this.toolCalls.reset()
    this.#template.reset()
    this.#shapes.reset()
    this.#decoder.reset()
    this.#choices.reset()
    this.#chunks.length = 0
    this.#chunkBytes = 0
    this.#done = false
    this.#events = 0
    this.#inflater = undefined
  }

  /** The text of each choice, with CHOICE_SEPARATOR between: the inside of JSON strings, UTF-8. Valid until the next reset. */
  get text(): Uint8Array {
    return this.#choices.text
  }

  /** The first choice's text without its reasoning and calls of tools, in the same form. */
  get spoken(): Uint8Array {
    return this.#choices.spoken
  }

  /** The answer ended as it should: with a finish reason of each choice, or `[DONE]`. */
  get complete(): boolean {
    return this.#done || this.#choices.finished
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
    if (typeof id === 'string') this.requestId = id
    const type = headers['content-type']
    if (status < 200 || status >= 300) {
      this.#mode = 'error'
      this.#location = shownLocation(headers['location'])
      this.#retryAfter = String(headers['retry-after'] ?? '')
    } else
      this.#mode = !streamed || (typeof type === 'string' && type.startsWith('application/json')) ? 'json' : 'events'
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== '' && encoding !== 'identity') this.#decode(String(encoding))
  }

  /**
   * @param bytes may be written over after this call
   * @param at when the socket read that brought these bytes happened, taken before any parsing
   * @param arrivedAt since when the first of what was read had been there; the stamp of an event that comes alone
   * @param inMemory they lie in the memory of direct reads
   */
  onBytes(bytes: Buffer, at: number, arrivedAt = at, inMemory = false): void {
    this.startRead(at, arrivedAt)
    if (this.#mode === 'events') this.#readEvents(bytes, inMemory)
    else if (this.#mode === 'encoded') this.#inflater?.write(Buffer.from(bytes), at)
    else this.#keepBytes(this.#mode, bytes)
  }

  #countEvent(): void {
    this.#events++
    this.stampEvent()
  }

  /**
   * No more bytes will come. A promise where those that came are still being decoded; nothing may be judged before.
   */
  drained(): Promise<void> | undefined {
    return this.#inflater?.end()
  }

  /** The response is over and drained; decides between success and a cause of failure. */
  onEnd(): void {
    const mode = this.#mode === 'encoded' ? this.#decodedMode : this.#mode
    if (mode === 'error') this.#failByStatus()
    else if (this.failure !== undefined) return
    else if (mode === 'json') this.#readWhole()
    else this.#judgeStream()
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

  #readEvents(bytes: Buffer, inMemory = false): void {
    const isFirst = this.#chunkBytes === 0
    this.#chunkBytes += bytes.length
    if (this.#decoder.pendingBytes <= this.#maxEventBytes) this.#decoder.push(bytes, inMemory)
    else this.#giveUp('bad-sse', `an event of the stream is larger than max-event-bytes (${this.#maxEventBytes})`)
    if (isFirst && this.#events === 0) this.#chunks.push(Buffer.from(bytes.subarray(0, FAILURE_TEXT_BYTES)))
  }

  #keepBytes(mode: Mode, bytes: Buffer): void {
    this.stampPiece()
    if (mode === 'error' && this.#chunkBytes >= FAILURE_TEXT_BYTES) return
    this.#chunkBytes += bytes.length
    if (this.#chunkBytes <= this.#maxEventBytes) this.#chunks.push(Buffer.from(bytes))
    else this.#giveUp('bad-json', `the answer is larger than max-event-bytes (${this.#maxEventBytes})`)
  }

  /** The body will come in an encoding. */
  #decode(encoding: string): void {
    this.#decodedMode = this.#mode as Mode
    this.#mode = 'encoded'
    this.#inflater = inflaterOf(
      encoding.trim().toLowerCase(),
      (bytes, at) => {
        this.startRead(at)
        if (this.#decodedMode === 'events') this.#readEvents(bytes)
        else this.#keepBytes(this.#decodedMode, bytes)
      },
      (error) => this.#giveUp('bad-sse', `the body is not in the content-encoding "${encoding}": ${error.message}`),
    )
    if (this.#inflater === undefined && this.#decodedMode !== 'error')
      this.#giveUp('bad-sse', `the content-encoding "${encoding}" is not one of ${KNOWN_ENCODINGS.join(', ')}`)
  }

  #giveUp(cause: FailureCause, text: string): void {
    this.fail(cause, text)
    this.#inflater?.close()
    this.#onHopeless()
  }

  onTemplateEvent(bytes: Uint8Array): void {
    this.#countEvent()
    this.countPackage()
    this.#countToken()
    this.#templateChoice!.append(bytes, this.#template.textStart, this.#template.textEnd)
    if (this.#template.isReasoning) this.#templateChoice!.endReasoning()
  }

  onShapeEvent(bytes: Buffer, start: number): void {
    const { reading, textStart, textEnd, idStart, idEnd, suffix } = this.#shapes
    if (reading === DONE) {
      this.#events++
      this.#done = true
      return
    }
    this.#countEvent()
    if (textStart < 0) this.#take(reading)
    else {
      this.countPackage()
      this.#countToken()
      const choice = this.#choices.at(reading.choice ?? 0)
      const isReasoning = reading.reasoning === reading.text
      choice.append(bytes, textStart, textEnd)
      if (isReasoning) choice.endReasoning()
      if (suffix !== undefined) {
        this.#templateChoice = choice
        this.#template.adopt(bytes, start, textStart, suffix, isReasoning)
      }
    }
    if (idStart >= 0 && this.requestId === '') this.requestId = bytes.toString('utf8', idStart, idEnd)
  }

  onEvent(data: string, type: string, raw: Uint8Array | undefined): void {
    if (data === '[DONE]') {
      this.#events++
      this.#done = true
      if (raw !== undefined) this.#shapes.learn(raw, undefined, DONE, [], false)
      return
    }
    this.#countEvent()
    let event: unknown
    try {
      event = JSON.parse(data)
    } catch (error) {
      this.fail('bad-json', `${(error as Error).message} in event: ${data}`)
      return
    }
    const reading = this.#api.readEvent(event, type)
    this.#take(reading)
    if (raw === undefined || this.#api.uniform === false || reading.error !== undefined || this.failure !== undefined)
      return
    const plain = isPlainText(reading)
    if (plain && this.#template.learning) {
      this.#templateChoice = this.#choices.at(reading.choice ?? 0)
      this.#template.learn(raw, reading.text!, reading.reasoning === reading.text)
    }
    this.#shapes.learn(raw, event, reading, this.#api.unread ?? [], plain)
  }

  #take(reading: Reading): void {
    if (reading.error !== undefined) this.fail('server-error-event', reading.error)
    if (reading.malformed !== undefined) this.fail('bad-json', reading.malformed)
    if (reading.isPackage) this.countPackage()
    if (reading.text || reading.hasOutput || reading.more?.some(({ text }) => text)) this.#countToken()
    if (reading.isPackage || reading.text || reading.finishReason) this.#takeChoice(reading)
    if (reading.more) for (const choice of reading.more) this.#takeChoice(choice)
    if (reading.usage) this.usage = this.usage ? { ...this.usage, ...reading.usage } : reading.usage
    if (reading.id && this.requestId === '') this.requestId = reading.id
  }

  #takeChoice({ choice: index = 0, text, reasoning, called = '', toolCalls, finishReason }: ChoiceReading): void {
    const choice = this.#choices.at(index)
    if (reasoning) {
      append(choice, reasoning)
      choice.endReasoning()
    }
    if (text) append(choice, text.slice(reasoning?.length ?? 0, text.length - called.length))
    if (called !== '') {
      append(choice, called)
      choice.endCall()
    }
    if (toolCalls !== undefined && index === 0) this.toolCalls.add(toolCalls)
    if (!finishReason) return
    this.finishReason = finishReason
    choice.finished = true
  }

  #countToken(): void {
    if (!this.countOutput()) this.#giveUp('bad-sse', `the stream has more than ${MAX_GAPS} tokens`)
  }

  #readWhole(): void {
    const body = Buffer.concat(this.#chunks).toString()
    let answer: unknown
    try {
      answer = JSON.parse(body)
    } catch (error) {
      this.fail('bad-json', `${(error as Error).message} in answer: ${body.slice(0, FAILURE_TEXT_BYTES)}`)
      return
    }
    const reading = this.#api.readAnswer(answer)
    this.items = reading.items
    this.#take(reading)
    if (!reading.isPackage) this.fail('no-output', `${reading.missing ?? 'the answer has no choices'}: ${body}`)
  }

  #judgeStream(): void {
    if (this.complete) {
      if (this.packages === 0) this.fail('no-output', 'the stream ended without any choice')
    } else if (this.#events === 0 && this.#chunkBytes > 0) {
      const start = Buffer.concat(this.#chunks).subarray(0, FAILURE_TEXT_BYTES).toString()
      this.fail('bad-sse', `the body is not a server-sent event stream: ${start}`)
    } else {
      this.fail('stream-truncated', `the stream ended after ${this.packages} packages without finish_reason or [DONE]`)
    }
  }
}

function append(choice: Choice, text: string): void {
  const escaped = Buffer.from(JSON.stringify(text))
  choice.append(escaped, 1, escaped.length - 1)
}

/** An event whose whole meaning is one piece of text, so that its like can be recognised by its bytes. */
function isPlainText(reading: Reading): boolean {
  return (
    reading.text !== undefined &&
    reading.text !== '' &&
    reading.isPackage === true &&
    reading.more === undefined &&
    !reading.hasOutput &&
    reading.called === undefined &&
    reading.toolCalls === undefined &&
    !reading.finishReason &&
    reading.usage === undefined &&
    reading.error === undefined &&
    reading.malformed === undefined
  )
}
