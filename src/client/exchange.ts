/** One request outside the load, sent the same way as the load: for the connection test and the server's own metrics. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { startTimer, type Timer } from '../config/timers.ts'
import type { ConnectCallback, ConnectOptions } from './connector.ts'
import { request } from './nodeHttp.ts'
import { type Route, STRAIGHT } from './route.ts'

export interface Exchange {
  url: string
  method: 'GET' | 'POST'
  /** Names and values in turn. */
  headers: readonly string[]
  body?: string
  /** The whole of it, milliseconds. */
  timeoutMs: number
  /** Until a request can be written, and silence of the server after that; default: `timeoutMs`. */
  connectTimeoutMs?: number
  readTimeoutMs?: number
  /** Of the body, before and after decoding; what is beyond is not read. Default 32 MiB. */
  maxBytes?: number
  /** Given the head; what it returns takes the pieces of the body, undecoded, which is not kept then. */
  onHead?(status: number, headers: Headers): ((bytes: Buffer) => void) | undefined
  route?: Route | undefined
  /** Aborted: the exchange is given up, and rejects with its reason. */
  signal?: AbortSignal | undefined
}

export type Headers = Record<string, string | string[] | undefined>

export interface Answered {
  status: number
  /** Of a redirect, which is never followed. */
  location: string | undefined
  text: string
  /** There was more than `maxBytes`: `text` is its beginning. */
  isCut: boolean
}

const MAX_BYTES = 32 << 20

/** @throws Error as undici or Node reports it; one named `TimeoutError` when the whole took too long */
export async function exchange(asked: Exchange): Promise<Answered> {
  const { url, route = STRAIGHT } = asked
  const isPlain = url.startsWith('http:') && route.proxy === undefined && route.http2 !== true
  const clock = new Clock(asked)
  try {
    return await (isPlain ? requested(asked, clock) : dispatched(asked, route, clock))
  } finally {
    clock.stop()
  }
}

/** Ends an exchange that takes too long, in whichever of its parts. */
class Clock {
  readonly signal: AbortSignal
  readonly #ending = new AbortController()
  readonly #readTimeoutMs: number
  readonly #whole: Timer
  #part: Timer

  constructor({ timeoutMs, connectTimeoutMs = timeoutMs, readTimeoutMs = timeoutMs, signal }: Exchange) {
    this.#readTimeoutMs = readTimeoutMs
    this.signal = signal === undefined ? this.#ending.signal : AbortSignal.any([this.#ending.signal, signal])
    const whole = Object.assign(new Error(`it took longer than ${timeoutMs / 1000} s`), { name: 'TimeoutError' })
    this.#whole = this.#after(timeoutMs, whole)
    const text = `no connection within ${connectTimeoutMs / 1000} s (connect-timeout)`
    this.#part = this.#after(connectTimeoutMs, Object.assign(new Error(text), { code: 'UND_ERR_CONNECT_TIMEOUT' }))
  }

  /** The connection is open, or something came: the server may be silent from now. */
  heard(): void {
    this.#part.stop()
    const text = `the server was silent for ${this.#readTimeoutMs / 1000} s (read-timeout)`
    const error = Object.assign(new Error(text), { code: 'UND_ERR_HEADERS_TIMEOUT' })
    this.#part = this.#after(this.#readTimeoutMs, error)
  }

  stop(): void {
    this.#whole.stop()
    this.#part.stop()
  }

  #after(ms: number, error: Error): Timer {
    return startTimer(() => this.#ending.abort(error), ms)
  }
}

/** What came of an answer so far. None of its functions throws: they are called from listeners. */
class Received {
  readonly #asked: Exchange
  readonly #clock: Clock
  readonly #resolve: (answered: Answered) => void
  readonly #reject: (error: Error) => void
  readonly #limit: number
  readonly #chunks: Buffer[] = []
  #length = 0
  #status = 0
  #headers: Headers = {}
  #take: ((bytes: Buffer) => void) | undefined

  constructor(asked: Exchange, clock: Clock, resolve: (answered: Answered) => void, reject: (error: Error) => void) {
    this.#asked = asked
    this.#clock = clock
    this.#resolve = resolve
    this.#reject = reject
    this.#limit = asked.maxBytes ?? MAX_BYTES
  }

  head(status: number, headers: Headers): void {
    this.#guarded(() => {
      this.#status = status
      this.#headers = headers
      this.#take = this.#asked.onHead?.(status, headers)
    })
  }

  bytes(chunk: Buffer): void {
    this.#guarded(() => {
      if (this.#take !== undefined) return this.#take(chunk)
      this.#length += chunk.length
      if (this.#length <= this.#limit) this.#chunks.push(chunk)
      else this.#end(true)
    })
  }

  end(): void {
    this.#guarded(() => this.#end(false))
  }

  #end(isCut: boolean): void {
    const { location, 'content-encoding': encoding } = this.#headers
    const { bytes, isWhole } = decoded(Buffer.concat(this.#chunks), encoding, this.#limit)
    this.#resolve({ status: this.#status, location: first(location), text: bytes.toString(), isCut: isCut || !isWhole })
  }

  #guarded(work: () => void): void {
    try {
      this.#clock.heard()
      work()
    } catch (error) {
      this.#reject(error as Error)
    }
  }
}

/** Node's own client: the calling thread has no other use for undici, and loading it, or fetch, takes a while. */
async function requested(asked: Exchange, clock: Clock): Promise<Answered> {
  const { url, method, headers, body } = asked
  const { signal } = clock
  let close = (): void => {}
  try {
    return await new Promise<Answered>((resolve, reject) => {
      const fail = (error: Error): void => reject(signal.aborted ? (signal.reason as Error) : error)
      const received = new Received(asked, clock, resolve, reject)
      const options = { method, headers: Object.fromEntries(pairs(headers)), agent: false as const, signal }
      const sent = request(url, options, (answer) => {
        received.head(answer.statusCode ?? 0, answer.headers)
        answer.on('data', (chunk: Buffer) => received.bytes(chunk))
        answer.on('error', fail)
        answer.on('end', () => received.end())
      })
      sent.on('socket', (socket) => {
        if (!socket.connecting) clock.heard()
        else socket.once('connect', () => clock.heard())
      })
      sent.on('error', fail)
      sent.end(body)
      close = () => void sent.destroy()
    })
  } finally {
    close()
  }
}

/** Nothing was said of encodings, but some servers use one all the same. */
function decoded(
  bytes: Buffer,
  encoding: string | string[] | undefined,
  limit: number,
): { bytes: Buffer; isWhole: boolean } {
  const decode = { gzip: gunzipSync, br: brotliDecompressSync }[first(encoding)?.toLowerCase() ?? '']
  try {
    return { bytes: decode?.(bytes, { maxOutputLength: limit }) ?? bytes, isWhole: true }
  } catch (error) {
    return { bytes, isWhole: (error as { code?: string }).code !== 'ERR_BUFFER_TOO_LARGE' }
  }
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

async function dispatched(asked: Exchange, route: Route, clock: Clock): Promise<Answered> {
  const { url, method, headers, body, timeoutMs, connectTimeoutMs = timeoutMs } = asked
  const [{ connectorFor, onAlert }, { UndiciClient }] = await Promise.all([
    import('./connector.ts'),
    import('./undici.ts'),
  ])
  const { origin, pathname, search } = new URL(url)
  const isForwarded = route.proxy !== undefined && origin.startsWith('http:')
  const connect = connectorFor(origin, connectTimeoutMs, route)
  let alert: Error | undefined
  const client = new UndiciClient(origin, {
    connect(options: ConnectOptions, callback: ConnectCallback) {
      return connect(options, (error, socket) => {
        if (error !== null) return callback(error, null)
        onAlert(socket, (reported) => {
          alert = reported
        })
        clock.heard()
        callback(null, socket)
      })
    },
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const { signal } = clock
  try {
    return await new Promise<Answered>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      signal.addEventListener('abort', () => reject(signal.reason as Error))
      const received = new Received(asked, clock, resolve, reject)
      client.dispatch(
        {
          path: isForwarded ? url : pathname + search,
          method,
          headers: [...headers, ...proxyHeaders(isForwarded ? route : undefined)],
          ...(body === undefined ? {} : { body }),
        },
        {
          onRequestStart() {},
          onResponseStart(_controller, status, given) {
            if (status >= 200) received.head(status, given)
          },
          onResponseData: (_controller, chunk) => received.bytes(chunk),
          onResponseEnd: () => received.end(),
          onResponseError: (_controller, error) => reject(alert ?? error),
        },
      )
    })
  } finally {
    await client.destroy()
  }
}

function proxyHeaders(route: Route | undefined): string[] {
  const authorization = route?.proxy?.authorization
  return authorization === undefined ? [] : ['proxy-authorization', authorization]
}

function pairs(headers: readonly string[]): [string, string][] {
  return Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i]!, headers[2 * i + 1]!])
}
