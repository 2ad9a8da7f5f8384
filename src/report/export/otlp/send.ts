/** Sends exported OTLP to a collector over HTTP. */
import { setTimeout } from 'node:timers/promises'
import { ConfigError, EndpointError } from '../../../config/index.ts'
import { secretsOf } from '../../../secrets/index.ts'
import type { ExportedFile } from '../format.ts'
import { pieces } from '../write.ts'
import { type Encoding, encodingOf } from './encoding.ts'
import { type Environment, type Signal, settingsOf } from './settings.ts'
import { statusMessage } from './status.ts'

export interface OtlpTarget {
  /** Base URL of the collector; `/v1/metrics` and `/v1/traces` are added. */
  endpoint: string
  /** Of `--otlp-protocol`; wins over the environment's. */
  protocol?: string | undefined
  /** Of `--header`; they win over those of the environment. */
  headers: Readonly<Record<string, string>>
  /** With the variables `OTEL_EXPORTER_OTLP_PROTOCOL` and `OTEL_EXPORTER_OTLP_HEADERS`, or those of one signal. */
  env: Environment
  /** Stands in for the clock in tests. @param ms before the next attempt */
  pause?: (ms: number) => Promise<unknown>
}

/** Of one attempt. */
const TIMEOUT_MS = 30_000
const ATTEMPTS = 5
/** Of all waiting for one request; a collector that asks for more is not waited for. */
const PATIENCE_MS = 60_000
const FIRST_WAIT_MS = 500
/** Those that the protocol has tried again; others are final. */
const PASSING = [429, 502, 503, 504]
const LONGEST_TEXT = 300

/**
 * @param files as the format `otlp` writes them: each piece of their content is one export request
 * @returns what was sent, in words, with the warnings of the collector
 * @throws ConfigError when a setting is wrong, or the package for protobuf is not there
 * @throws EndpointError when the collector refuses, in whole or in part, or does not answer; never with a header's value
 */
export async function sendOtlp(target: OtlpTarget, files: readonly ExportedFile[]): Promise<string> {
  const { endpoint, env, pause = setTimeout } = target
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
    throw new ConfigError(`option --endpoint: expected a URL that begins with http:// or https://, got "${endpoint}"`)
  const routes = { metrics: await routeTo('metrics'), traces: await routeTo('traces') }
  const counts = { metrics: 0, traces: 0 }
  const warnings = new Set<string>()
  for (const { ending, content } of files) {
    const signal = ending.includes('metrics') ? 'metrics' : 'traces'
    for (const piece of pieces(content)) {
      const warning = await post(routes[signal], piece, pause)
      if (warning !== '') warnings.add(`; the collector warns: ${warning}`)
      counts[signal]++
    }
  }
  return `${counts.metrics} requests of metrics and ${counts.traces} of traces${[...warnings].join('')}`

  async function routeTo(signal: Signal): Promise<Route> {
    const { protocol, headers } = settingsOf(signal, target, env)
    const { hide } = secretsOf(Object.values(headers))
    const url = `${endpoint.replace(/\/+$/, '')}/v1/${signal}`
    return { url, signal, headers, encoding: await encodingOf(protocol), hide }
  }
}

interface Route {
  url: string
  signal: Signal
  headers: Record<string, string>
  encoding: Encoding
  hide(text: string): string
}

/** @returns what the collector warns of */
async function post(route: Route, request: Uint8Array, pause: (ms: number) => Promise<unknown>): Promise<string> {
  const { url, signal, encoding, hide } = route
  const body = encoding.encode(signal, request)
  let waitedMs = 0
  for (let attempt = 1; ; attempt++) {
    const { answer, bytes } = await ask(route, body)
    const type = answer.headers.get('content-type') ?? ''
    if (answer.ok) return acceptedBy(route, type, bytes)
    const text = hide(type.includes('protobuf') ? statusMessage(bytes) : Buffer.from(bytes).toString())
    const said = `${url}: HTTP ${answer.status}${text.trim() === '' ? '' : `: ${text.trim().slice(0, LONGEST_TEXT)}`}`
    if (answer.status >= 300 && answer.status < 400)
      throw new EndpointError(
        `${said} (it leads to ${hide(answer.headers.get('location') ?? 'nowhere')}: give --endpoint that place)`,
      )
    if (!PASSING.includes(answer.status)) throw new EndpointError(said, answer.status)
    const askedMs = retryAfterMs(answer.headers.get('retry-after'))
    const waitMs = askedMs ?? backoffMs(attempt)
    if (attempt === ATTEMPTS) throw new EndpointError(`${said} (at each of ${ATTEMPTS} attempts)`, answer.status)
    if (waitedMs + waitMs > PATIENCE_MS)
      throw new EndpointError(`${said} (it asks to be tried again in ${Math.ceil(waitMs / 1000)} s)`, answer.status)
    await pause(waitMs)
    waitedMs += waitMs
  }
}

/** A redirect is not followed: it would take the headers to another place, and make a GET of the request. */
async function ask(
  { url, headers, encoding, hide }: Route,
  body: Uint8Array,
): Promise<{ answer: Response; bytes: Uint8Array }> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': encoding.contentType, ...headers },
      body: Buffer.from(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return { answer, bytes: new Uint8Array(await answer.arrayBuffer()) }
  } catch (error) {
    const cause = (error as { cause?: Error }).cause
    const why = hide(cause?.message ?? (error as Error).message)
    throw new EndpointError(`${url}: ${why}; is a collector listening there?`)
  }
}

function acceptedBy({ url, signal, encoding, hide }: Route, type: string, answer: Uint8Array): string {
  // Some collectors answer protobuf with an empty JSON object, and the other way round with nothing.
  if (type.includes('html')) throw new EndpointError(`${url}: answers with a web page; is a collector listening there?`)
  const accepted = readOrNothing(() => encoding.read(signal, answer))
  const message = hide(accepted.message).slice(0, LONGEST_TEXT)
  if (accepted.refused > 0)
    throw new EndpointError(
      `${url}: ${accepted.refused} ${signal === 'traces' ? 'spans' : 'data points'} were refused: ${message}`,
    )
  return message
}

/** The status says that all was taken; a body in another format takes nothing back. */
function readOrNothing<T extends { refused: number; message: string }>(read: () => T): T | Nothing {
  try {
    return read()
  } catch {
    return { refused: 0, message: '' }
  }
}

interface Nothing {
  refused: 0
  message: ''
}

/** Of a number of seconds or a date. */
function retryAfterMs(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined
  const ms = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** Doubled each time, and up to a fifth off, so that many who were turned away together do not come back together. */
function backoffMs(attempt: number): number {
  return FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.8 + 0.4 * Math.random())
}
