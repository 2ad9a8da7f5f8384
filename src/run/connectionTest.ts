/** One real request before the run: what is wrong with the endpoint is said before any load is sent. */
import { performance } from 'node:perf_hooks'
import { clearTimeout, setTimeout } from 'node:timers'
import type { Api } from '../apis/index.ts'
import { Answer } from '../client/answer.ts'
import { classifyError } from '../client/classify.ts'
import { wrongProtocol } from '../client/errorText.ts'
import { type Answered, exchange, type Headers } from '../client/exchange.ts'
import { shownLocation } from '../client/location.ts'
import type { Route } from '../client/route.ts'
import { EndpointError } from '../config/index.ts'
import { maskNamed, type Secrets } from '../secrets/index.ts'

/** Of an answer that says no: kept, and shown. */
const KEPT_BYTES = 64 << 10
const SHOWN_CHARACTERS = 2048
/** How long an answer that has begun well may go on to its end, so that the server is idle when the run begins. */
const REST_MS = 250

export interface TestTarget {
  url: string
  /** What of its path the user did not write. */
  added?: string
  api: Api
  stream: boolean
  /** Names and values in turn. */
  headers: string[]
  body: string
  connectTimeoutMs: number
  readTimeoutMs: number
  totalTimeoutMs: number
  maxEventBytes: number
  route?: Route | undefined
  /** Aborted: the test is given up, without an error. */
  signal?: AbortSignal | undefined
  /** Of the run: the server may send them back. */
  secrets: Secrets
}

/** The server found something wrong with the request: HTTP 400 or 422. */
export interface Rejection {
  /** All that came, at most 64 KiB. */
  text: string
  /** What the server says of it, without secrets. */
  words: string
  /** To be thrown where nothing can be done about it. @param hint begins with a semicolon */
  error(hint?: string): EndpointError
}

/**
 * Passes with the first event of a stream, or with the head of a whole answer.
 *
 * @returns what the server has against the request; undefined: it passed, or was given up
 * @throws EndpointError with what the server, or the network, said
 */
export async function testConnection(target: TestTarget): Promise<Rejection | undefined> {
  const { secrets, signal } = target
  const fail = (words: string, status?: number): EndpointError =>
    new EndpointError(
      `endpoint ${secrets.hide(maskNamed(target.url))}: ${words}; --no-test-connection starts the run without this test`,
      status,
    )
  const beginning = new Beginning(target)
  let answer: Answered | undefined
  try {
    answer = await exchange({
      ...target,
      method: 'POST',
      timeoutMs: target.totalTimeoutMs,
      maxBytes: KEPT_BYTES,
      signal: beginning.signal(signal),
      onHead: (status, headers) => beginning.onHead(status, headers),
    })
  } catch (error) {
    if (signal?.aborted) return undefined
    if (!beginning.isOver) {
      const { cause, words } = describe(error as Error)
      throw fail(`no answer to the connection test (${cause}: ${secrets.hidePieces(words)}); ${advice(cause)}`)
    }
  } finally {
    beginning.close()
  }
  const failure = await beginning.judge(answer !== undefined)
  if (failure !== undefined)
    throw fail(`HTTP ${beginning.status} to the connection test, but ${secrets.hidePieces(failure)}`, beginning.status)
  const { status, location, text } = answer ?? { status: 200, location: undefined, text: '' }
  if (status >= 200 && status < 300) return undefined
  if (status >= 300 && status < 400)
    throw fail(
      `HTTP ${status} to the connection test, which points to ${shownLocation(location)}; redirects are not followed, so that no key goes elsewhere: if that is the endpoint, set url to it`,
      status,
    )
  const words = secrets.hidePieces(serverWords(text))
  const error = (hint = ''): EndpointError =>
    fail(`HTTP ${status} to the connection test: ${words}${hint}${statusHint(status, target.added ?? '')}`, status)
  if (status === 400 || status === 422) return { text, words, error }
  throw error()
}

/** Reads the beginning of a 2xx answer, as a load thread would, and sees when it is enough. */
class Beginning {
  readonly #stop = new AbortController()
  readonly #target: TestTarget
  readonly #answer: Answer
  #rest: NodeJS.Timeout | undefined

  constructor(target: TestTarget) {
    this.#target = target
    const { api, maxEventBytes } = target
    const watched: Api = {
      ...api,
      uniform: false,
      readEvent: (event, type) => {
        // The answer takes what was read only after this.
        queueMicrotask(() => this.#look(true))
        return api.readEvent(event, type)
      },
    }
    this.#answer = new Answer(watched, { maxEventBytes, allowEmpty: true, onHopeless: () => this.#end() })
    this.#answer.reset()
  }

  get status(): number {
    return this.#answer.status
  }

  /** What came is enough to judge it. */
  get isOver(): boolean {
    return this.#rest !== undefined || this.#answer.failure !== undefined
  }

  signal(given: AbortSignal | undefined): AbortSignal {
    return given === undefined ? this.#stop.signal : AbortSignal.any([given, this.#stop.signal])
  }

  onHead(status: number, headers: Headers): ((bytes: Buffer) => void) | undefined {
    if (status < 200 || status >= 300) return undefined
    this.#answer.onHeaders(status, headers, this.#target.stream, performance.now())
    const isWhole = !this.#target.stream || /^application\/json/i.test(String(headers['content-type'] ?? ''))
    if (isWhole) this.#look(true)
    return (bytes) => {
      this.#answer.onBytes(bytes, performance.now())
      this.#look(false)
    }
  }

  close(): void {
    clearTimeout(this.#rest)
  }

  /** What is wrong with it, in words; undefined: it began well. @param ended the body came to its end */
  async judge(ended: boolean): Promise<string | undefined> {
    const answer = this.#answer
    if (answer.status === 0) return undefined
    await answer.drained()
    const began = this.#rest !== undefined
    if (ended) answer.onEnd()
    // How requests end is measured: the test is about whether they are answered.
    if (answer.failure === undefined || (began && answer.failure !== 'server-error-event')) return undefined
    return `${answer.failure}: ${answer.failureText.trim() || '(empty answer)'}`
  }

  #look(began: boolean): void {
    if (this.#answer.failure !== undefined && this.#answer.failure !== 'bad-json') this.#end()
    else if (began) this.#rest ??= setTimeout(() => this.#end(), REST_MS)
  }

  #end(): void {
    this.#stop.abort()
  }
}

function advice(cause: string): string {
  if (cause === 'tls')
    return 'is its certificate signed by a private CA (set ca), expired, or for another name; or does it want one of yours (set cert and key)?'
  if (cause === 'dns') return 'is the name right?'
  if (cause === 'proxy') return 'is the proxy right? Set proxy to none to go without'
  return 'is the server running, and is the address right?'
}

function describe(error: Error): { cause: string; words: string } {
  if (error.name === 'TimeoutError') return { cause: 'total-timeout', words: error.message }
  const inner = innermost(error)
  return { cause: classifyError(error), words: wrongProtocol(inner) ?? (inner.message || inner.name) }
}

/** fetch wraps what happened in "fetch failed". */
function innermost(error: Error): Error {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner instanceof Error ? innermost(inner) : error
}

/** `{"error":{"message":…}}`, `{"error":…}`, `{"message":…}`, `{"detail":…}`, each of them also in a list. */
function serverWords(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text)
    const answer = (Array.isArray(parsed) ? parsed[0] : parsed) as Record<string, unknown>
    const { error, message, detail } = answer
    const said = typeof error === 'string' ? error : ((error as { message?: unknown } | undefined)?.message ?? message)
    if (typeof said === 'string') return said
    if (typeof detail === 'string') return detail
  } catch {
    // Not JSON: the words are shown as they are.
  }
  return text.trim().slice(0, SHOWN_CHARACTERS) || '(empty answer)'
}

function statusHint(status: number, added: string): string {
  if (status === 401 || status === 403) return '; set the key in PERFGATE_API_KEY or apiKey'
  if (status !== 404) return ''
  return added === ''
    ? '; check the path of the URL and the model name'
    : `; "${added}" was added to your URL: check the model name, or give the URL of the whole endpoint`
}
