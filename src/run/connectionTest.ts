/** One real request before the run: what is wrong with the endpoint is said before any load is sent. */
import { request } from 'undici'
import { classifyError } from '../client/index.ts'
import { EndpointError } from '../config/index.ts'

const BODY_LIMIT = 2048

export interface TestTarget {
  url: string
  headers: string[]
  body: string
  timeoutMs: number
}

/** @throws EndpointError with what the server, or the network, said */
export async function testConnection({ url, headers, body, timeoutMs }: TestTarget): Promise<void> {
  let status: number
  let text = ''
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: pairs(headers),
      body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    })
    status = answer.statusCode
    if (status >= 200 && status < 300) {
      // The answer is read to its end, so that the server is at rest when the run begins.
      await answer.body.dump({ limit: 16 << 20 })
      return
    }
    for await (const chunk of answer.body) {
      text += String(chunk)
      if (text.length > BODY_LIMIT) break
    }
  } catch (error) {
    throw new EndpointError(
      `endpoint ${url}: no answer to the connection test (${classifyError(error as Error)}: ${reason(error as Error)}); is the server running, and is the address right?`,
    )
  }
  throw new EndpointError(
    `endpoint ${url}: HTTP ${status} to the connection test: ${serverWords(text)}${hint(status)}`,
    status,
  )
}

function pairs(headers: string[]): Record<string, string> {
  const object: Record<string, string> = {}
  for (let i = 0; i < headers.length; i += 2) object[headers[i]!] = headers[i + 1]!
  return object
}

function reason(error: Error): string {
  if (error.message !== '') return error.message
  const cause = error instanceof AggregateError ? (error.errors[0] as Error) : (error.cause as Error | undefined)
  return cause?.message ?? error.name
}

function serverWords(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } | string }
    const message = typeof error === 'string' ? error : error?.message
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
