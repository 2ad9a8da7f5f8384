/** One request outside the load, sent the same way as the load: for the connection test and the server's own metrics. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { ConnectCallback, ConnectOptions } from './connector.ts'
import { request } from './nodeHttp.ts'
import { type Route, STRAIGHT } from './route.ts'

export interface Exchange {
  url: string
  method: 'GET' | 'POST'
  /** Names and values in turn. */
  headers: readonly string[]
  body?: string
  timeoutMs: number
  route?: Route | undefined
  /** Aborted: the exchange is given up, and rejects with its reason. */
  signal?: AbortSignal | undefined
}

export interface Answered {
  status: number
  /** Of a redirect, which is never followed. */
  location: string | undefined
  text: string
}

/** @throws Error as undici or Node reports it; one named `TimeoutError` when the whole took too long */
export function exchange(asked: Exchange): Promise<Answered> {
  const { url, route = STRAIGHT } = asked
  const isPlain = url.startsWith('http:') && route.proxy === undefined && route.http2 !== true
  return isPlain ? requested(asked) : dispatched(asked, route)
}

/** Node's own client: the calling thread has no other use for undici, and loading it, or fetch, takes a while. */
function requested({ url, method, headers, body, timeoutMs, signal }: Exchange): Promise<Answered> {
  const given = either(timeoutMs, signal)
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(given.aborted ? (given.reason as Error) : error)
    const options = { method, headers: Object.fromEntries(pairs(headers)), agent: false as const, signal: given }
    const asked = request(url, options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', fail)
      answer.on('end', () => {
        const { location, 'content-encoding': encoding } = answer.headers
        const text = decoded(Buffer.concat(chunks), encoding).toString()
        resolve({ status: answer.statusCode ?? 0, location, text })
      })
    })
    asked.on('error', fail)
    asked.end(body)
  })
}

/** Nothing was said of encodings, but some servers use one all the same. */
function decoded(bytes: Buffer, encoding: string | undefined): Buffer {
  const decode = encoding === undefined ? undefined : { gzip: gunzipSync, br: brotliDecompressSync }[encoding]
  try {
    return decode?.(bytes) ?? bytes
  } catch {
    return bytes
  }
}

async function dispatched(asked: Exchange, route: Route): Promise<Answered> {
  const { url, method, headers, body, timeoutMs } = asked
  const [{ connectorFor, onAlert }, { UndiciClient }] = await Promise.all([
    import('./connector.ts'),
    import('./undici.ts'),
  ])
  const { origin, pathname, search } = new URL(url)
  const isForwarded = route.proxy !== undefined && origin.startsWith('http:')
  const connect = connectorFor(origin, timeoutMs, route)
  let alert: Error | undefined
  const client = new UndiciClient(origin, {
    connect(options: ConnectOptions, callback: ConnectCallback) {
      return connect(options, (error, socket) => {
        if (error !== null) return callback(error, null)
        onAlert(socket, (reported) => {
          alert = reported
        })
        callback(null, socket)
      })
    },
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const signal = either(timeoutMs, asked.signal)
  try {
    return await new Promise<Answered>((resolve, reject) => {
      let answered: Answered = { status: 0, location: undefined, text: '' }
      const chunks: Buffer[] = []
      if (signal.aborted) return reject(signal.reason as Error)
      signal.addEventListener('abort', () => reject(signal.reason as Error))
      client.dispatch(
        {
          path: isForwarded ? url : pathname + search,
          method,
          headers: [...headers, ...proxyHeaders(isForwarded ? route : undefined)],
          ...(body === undefined ? {} : { body }),
        },
        {
          onRequestStart() {},
          onResponseStart(_controller, status, { location }) {
            answered = { status, location: Array.isArray(location) ? location[0] : location, text: '' }
          },
          onResponseData: (_controller, chunk) => void chunks.push(chunk),
          onResponseEnd: () => resolve({ ...answered, text: Buffer.concat(chunks).toString() }),
          onResponseError: (_controller, error) => reject(alert ?? error),
        },
      )
    })
  } finally {
    await client.destroy()
  }
}

function either(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs)
  return signal === undefined ? timeout : AbortSignal.any([timeout, signal])
}

function proxyHeaders(route: Route | undefined): string[] {
  const authorization = route?.proxy?.authorization
  return authorization === undefined ? [] : ['proxy-authorization', authorization]
}

function pairs(headers: readonly string[]): [string, string][] {
  return Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i]!, headers[2 * i + 1]!])
}
