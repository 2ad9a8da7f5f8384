/** Sends a run to an OpenTelemetry collector over HTTP. */
import { ConfigError, EndpointError, wallClockMs } from '../../../config/index.ts'
import { sleep } from '../../../config/timers.ts'
import { secretsOf } from '../../../secrets/index.ts'
import type { ReportRun } from '../../runSet.ts'
import { type Environment, type Protocol, type Signal, settingsOf } from './settings.ts'
import { metricsOf, spanBatches } from './signals.ts'
import { encoded, loadTransformer, statusMessage } from './transformer.ts'

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
const CONTENT_TYPES: Record<Protocol, string> = {
  'http/json': 'application/json',
  'http/protobuf': 'application/x-protobuf',
}

/**
 * @returns what was sent, in words, with the warnings of the collector
 * @throws ConfigError when a setting is wrong, or OpenTelemetry's package is not installed
 * @throws EndpointError when the collector refuses, in whole or in part, or does not answer; never with a header's value
 */
export async function sendOtlp(target: OtlpTarget, run: ReportRun): Promise<string> {
  const { endpoint, env, pause = sleep } = target
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
    throw new ConfigError(`option --endpoint: expected a URL that begins with http:// or https://, got "${endpoint}"`)
  const routes = { metrics: routeTo('metrics'), traces: routeTo('traces') }
  const transformer = await loadTransformer()
  const metrics =
    transformer[routes.metrics.protocol === 'http/json' ? 'JsonMetricsSerializer' : 'ProtobufMetricsSerializer']
  const traces = transformer[routes.traces.protocol === 'http/json' ? 'JsonTraceSerializer' : 'ProtobufTraceSerializer']
  const counts = { metrics: 0, traces: 0 }
  const warnings = new Set<string>()
  await send('metrics', metrics.serializeRequest(metricsOf(run)), metrics)
  for (const spans of spanBatches(run)) await send('traces', traces.serializeRequest(spans), traces)
  return `${counts.metrics} requests of metrics and ${counts.traces} of traces${[...warnings].join('')}`

  async function send(signal: Signal, bytes: Uint8Array | undefined, reader: AnswerReader): Promise<void> {
    const warning = await post(routes[signal], encoded(bytes), reader, pause)
    if (warning !== '') warnings.add(`; the collector warns: ${warning}`)
    counts[signal]++
  }

  function routeTo(signal: Signal): Route {
    const { protocol, headers } = settingsOf(signal, target, env)
    const { hide } = secretsOf(Object.values(headers))
    return { url: `${endpoint.replace(/\/+$/, '')}/v1/${signal}`, signal, headers, protocol, hide }
  }
}

/** The half of a serializer that reads answers. 64-bit numbers may be numbers, texts or objects that print as such. */
interface AnswerReader {
  deserializeResponse(answer: Uint8Array): {
    partialSuccess?: { rejectedSpans?: unknown; rejectedDataPoints?: unknown; errorMessage?: unknown } | null
  }
}

interface Route {
  url: string
  signal: Signal
  headers: Record<string, string>
  protocol: Protocol
  hide(text: string): string
}

/** @returns what the collector warns of */
async function post(
  route: Route,
  body: Uint8Array,
  reader: AnswerReader,
  pause: (ms: number) => Promise<unknown>,
): Promise<string> {
  const { url, hide } = route
  let waitedMs = 0
  for (let attempt = 1; ; attempt++) {
    const { answer, bytes } = await ask(route, body)
    const type = answer.headers.get('content-type') ?? ''
    if (answer.ok) return warningIn(route, reader, type, bytes)
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
  { url, headers, protocol, hide }: Route,
  body: Uint8Array,
): Promise<{ answer: Response; bytes: Uint8Array }> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': CONTENT_TYPES[protocol], ...headers },
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

function warningIn({ url, signal, hide }: Route, reader: AnswerReader, type: string, answer: Uint8Array): string {
  if (type.includes('html')) throw new EndpointError(`${url}: answers with a web page; is a collector listening there?`)
  const { rejectedSpans, rejectedDataPoints, errorMessage } = partialSuccessIn(reader, answer) ?? {}
  const refused = Number(String(rejectedSpans ?? rejectedDataPoints ?? 0))
  const message = hide(String(errorMessage ?? '')).slice(0, LONGEST_TEXT)
  if (refused > 0)
    throw new EndpointError(
      `${url}: ${refused} ${signal === 'traces' ? 'spans' : 'data points'} were refused: ${message}`,
    )
  return message
}

/**
 * The status says that all was taken; a body in another format takes nothing back. Some collectors answer protobuf with
 * an empty JSON object, and the other way round with nothing.
 */
function partialSuccessIn(
  reader: AnswerReader,
  answer: Uint8Array,
): ReturnType<AnswerReader['deserializeResponse']>['partialSuccess'] {
  try {
    return reader.deserializeResponse(answer).partialSuccess
  } catch {
    return undefined
  }
}

/** Of a number of seconds or a date. */
function retryAfterMs(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined
  const ms = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - wallClockMs()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** Doubled each time, and up to a fifth off, so that many who were turned away together do not come back together. */
function backoffMs(attempt: number): number {
  return FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.8 + 0.4 * Math.random())
}
