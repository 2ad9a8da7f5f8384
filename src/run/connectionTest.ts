/** One real request before the run: what is wrong with the endpoint is said before any load is sent. */
import { classifyError } from '../client/classify.ts'
import { EndpointError } from '../config/index.ts'
import { maskNamed, type Secrets } from '../secrets/index.ts'

const BODY_LIMIT = 2048

export interface TestTarget {
  url: string
  /** Names and values in turn. */
  headers: string[]
  body: string
  timeoutMs: number
  /** Of the run: the server may send them back. */
  secrets: Secrets
}

/** @throws EndpointError with what the server, or the network, said */
export async function testConnection({ url: address, headers, body, timeoutMs, secrets }: TestTarget): Promise<void> {
  const url = secrets.hide(maskNamed(address))
  let status: number
  let text = ''
  try {
    // Node's own fetch: the calling thread has no other use for undici, and loading it takes a while.
    const answer = await fetch(address, {
      method: 'POST',
      headers: pairs(headers),
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    status = answer.status
    // The answer is read to its end, so that the server is at rest when the run begins.
    for await (const chunk of answer.body ?? [])
      if (!answer.ok && text.length < BODY_LIMIT) text += Buffer.from(chunk as Uint8Array).toString()
    if (answer.ok) return
  } catch (error) {
    const { cause, words } = describe(error as Error, timeoutMs)
    throw new EndpointError(
      `endpoint ${url}: no answer to the connection test (${cause}: ${secrets.hidePieces(words)}); is the server running, and is the address right?`,
    )
  }
  throw new EndpointError(
    `endpoint ${url}: HTTP ${status} to the connection test: ${secrets.hidePieces(serverWords(text))}${hint(status)}`,
    status,
  )
}

function pairs(headers: string[]): [string, string][] {
  return Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i]!, headers[2 * i + 1]!])
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
