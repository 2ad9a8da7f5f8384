/** One real request before the run: what is wrong with the endpoint is said before any load is sent. */
import { classifyError } from '../client/classify.ts'
import { type Answered, exchange } from '../client/exchange.ts'
import { shownLocation } from '../client/location.ts'
import type { Route } from '../client/route.ts'
import { EndpointError } from '../config/index.ts'
import { maskNamed, type Secrets } from '../secrets/index.ts'

const BODY_LIMIT = 2048

export interface TestTarget {
  url: string
  /** Names and values in turn. */
  headers: string[]
  body: string
  timeoutMs: number
  route?: Route | undefined
  /** Aborted: the test is given up, without an error. */
  signal?: AbortSignal | undefined
  /** Of the run: the server may send them back. */
  secrets: Secrets
}

/** @throws EndpointError with what the server, or the network, said */
export async function testConnection(target: TestTarget): Promise<void> {
  const { headers, body, timeoutMs, route, signal, secrets } = target
  const url = secrets.hide(maskNamed(target.url))
  let answer: Answered
  try {
    // The answer is read to its end, so that the server is at rest when the run begins.
    answer = await exchange({ url: target.url, method: 'POST', headers, body, timeoutMs, route, signal })
  } catch (error) {
    if (signal?.aborted) return
    const { cause, words } = describe(error as Error, timeoutMs)
    throw new EndpointError(
      `endpoint ${url}: no answer to the connection test (${cause}: ${secrets.hidePieces(words)}); ${advice(cause)}`,
    )
  }
  const { status, location, text } = answer
  if (status >= 200 && status < 300) return
  if (status >= 300 && status < 400)
    throw new EndpointError(
      `endpoint ${url}: HTTP ${status} to the connection test, which points to ${shownLocation(location)}; redirects are not followed, so that no key goes elsewhere: if that is the endpoint, set url to it`,
      status,
    )
  throw new EndpointError(
    `endpoint ${url}: HTTP ${status} to the connection test: ${secrets.hidePieces(serverWords(text))}${hint(status)}`,
    status,
  )
}

function advice(cause: string): string {
  if (cause === 'tls')
    return 'is its certificate signed by a private CA (set ca), expired, or for another name; or does it want one of yours (set cert and key)?'
  if (cause === 'dns') return 'is the name right?'
  if (cause === 'proxy') return 'is the proxy right? Set proxy to none to go without'
  return 'is the server running, and is the address right?'
}

function describe(error: Error, timeoutMs: number): { cause: string; words: string } {
  if (error.name === 'TimeoutError') return { cause: 'read-timeout', words: `nothing within ${timeoutMs / 1000} s` }
  return { cause: classifyError(error), words: innermost(error) }
}

/** fetch wraps what happened in "fetch failed". */
function innermost(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner instanceof Error ? innermost(inner) : error.message || error.name
}

function serverWords(text: string): string {
  try {
    const answer = JSON.parse(text) as { error?: { message?: unknown } | string; message?: unknown }
    const { error } = answer
    const message = typeof error === 'string' ? error : (error?.message ?? answer.message)
    if (typeof message === 'string') return message
  } catch {
    // Not JSON: the words are shown as they are.
  }
  return text.trim().slice(0, BODY_LIMIT) || '(empty answer)'
}

function hint(status: number): string {
  if (status === 401 || status === 403) return '; set the key in PERFGATE_API_KEY or apiKey'
  if (status === 404) return '; check the path of the URL and the model name'
  return ''
}
