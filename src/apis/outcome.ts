/** What a server itself says of its answer, whichever the API: errors wherever they stand, and what a finish reason means. */
import type { Api, Reading } from './api.ts'
import { type Json, object, words } from './reading.ts'

/** Events that keep a connection open; whatever data they carry is no part of the answer. */
const HEARTBEATS: ReadonlySet<string> = new Set(['ping', 'heartbeat', 'keepalive', 'keep-alive', 'keep_alive'])

export function isHeartbeat(eventType: string): boolean {
  return HEARTBEATS.has(eventType)
}

/** `event: error`, whatever its data. */
export function isErrorEvent(eventType: string): boolean {
  return eventType.toLowerCase() === 'error'
}

/** An event that may be a piece of the answer; one of another type may carry anything. */
export function isOwnEvent(eventType: string, { eventTypes }: Pick<Api, 'eventTypes'>): boolean {
  return eventType === '' || eventType === 'message' || (eventTypes?.test(eventType) ?? false)
}

/**
 * The error that an event or a whole answer reports in a place where any server may put it: `error` at the top, in a
 * choice, in `x_groq`, in a list, as `error_code`, or as the whole object (`type` or `object` "error").
 *
 * @returns the server's own words as JSON; undefined where it reports none
 */
export function readServerError(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    for (const one of value) {
      const error = readServerError(one)
      if (error !== undefined) return error
    }
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const event = value as Json
  if (saysSomething(event['error'])) return JSON.stringify(event['error'])
  if (event['object'] === 'error' || event['type'] === 'error') return JSON.stringify(event)
  if (saysSomething(event['error_code']) && event['error_code'] !== '0') return JSON.stringify(event)
  const groq = event['x_groq']
  if (groq !== undefined && saysSomething(object(groq)['error'])) return JSON.stringify(object(groq)['error'])
  const choices = event['choices']
  if (!Array.isArray(choices)) return undefined
  for (const choice of choices) {
    const error = object(choice)['error']
    if (saysSomething(error)) return JSON.stringify(error)
  }
  return undefined
}

/**
 * The error in an object that came in place of a piece of the answer: `detail` (FastAPI), `errors`, `fault`, `exception`,
 * a code or status that tells of a failure, `success` false, or a message with a word of failure.
 *
 * @param reading what the API made of it; an object that it understood is no stranger
 */
export function readForeignError(value: unknown, reading: Reading): string | undefined {
  const isPiece = reading.isPackage || reading.text || reading.hasOutput || reading.usage || reading.finishReason
  if ((isPiece && reading.missing === undefined) || reading.ends || typeof value !== 'object' || value === null)
    return undefined
  const event = value as Json
  const { status, type } = event
  if (typeof status === 'string' && /^(error|fail(ed|ure)?)$/i.test(status)) return JSON.stringify(value)
  // A typed event of another kind is not an error for having a message of its own.
  if (type !== undefined && !/error/i.test(String(type))) return undefined
  const message = event['message'] ?? event['msg']
  const isError =
    ['detail', 'errors', 'fault', 'exception'].some((name) => saysSomething(event[name])) ||
    event['success'] === false ||
    [status, event['statusCode'], event['status_code'], event['code']].some((code) => Number(code) >= 400) ||
    (saysSomething(message) && (isFailureCode(event['code']) || FAILURE_WORDS.test(words(message))))
  return isError ? JSON.stringify(value) : undefined
}

/**
 * The error in a line that is no part of a server-sent event: a field `error`, or JSON written into the stream as it is.
 *
 * @param isField it is the value of such a field
 */
export function readStrayError(text: string, isField: boolean): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return isField && text.trim() !== '' ? text : undefined
  }
  if (isField) return saysSomething(value) ? text : undefined
  return readServerError(value) ?? readForeignError(value, {})
}

const SUCCESS_CODES: ReadonlySet<unknown> = new Set([0, 200, '', '0', '200', 'ok', 'success', 'Success', 'OK', null])

function isFailureCode(code: unknown): boolean {
  return code !== undefined && !SUCCESS_CODES.has(code)
}

/** False for what says nothing: empty texts, zeros, and lists and objects of nothing else. */
function saysSomething(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value === 'object' && value !== null) return Object.values(value).some(saysSomething)
  return Boolean(value)
}

/** Reasons with which an answer ends as it should, in lower case, of OpenAI, Anthropic, Gemini, TGI and others. */
const PROPER: ReadonlySet<string> = new Set([
  'stop',
  'length',
  'tool_calls',
  'function_call',
  'content_filter',
  'end_turn',
  'max_tokens',
  'max_output_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
  'model_length',
  'eos',
  'eos_token',
  'completed',
  'incomplete',
  'safety',
  'recitation',
])
/** In reasons and messages. */
const FAILURE_WORDS = /error|abort|cancel|insufficient|time_?-?out|timed|fail|exception|interrupt|unavailable|overload/i

/** Whether a finish reason ends an answer properly, tells of a failure, or is a word of the server's own. */
export function judgeFinishReason(reason: string): 'proper' | 'failed' | 'unknown' {
  if (PROPER.has(reason.toLowerCase())) return 'proper'
  return FAILURE_WORDS.test(words(reason)) ? 'failed' : 'unknown'
}
