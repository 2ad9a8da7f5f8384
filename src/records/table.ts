/** The result DB's tables: EvalScope's table `result` and columns, ours beside them, and facts about the run. */
import {
  answersOf,
  C,
  causeOf,
  FLAG_INPUT_ESTIMATED,
  FLAG_OUTPUT_ESTIMATED,
  FLAG_WARMUP,
  gapErrorsOf,
  gapsOf,
  noteNames,
  ROW,
  readNotes,
  readTpot,
  type SampleBatch,
  textOf,
} from '../samples/index.ts'

/** Raised when a column changes its meaning; stored as SQLite's `user_version`. */
export const DB_VERSION = 1

/**
 * Columns in order, with their SQL types. Times of day are Unix seconds, durations are seconds, as in EvalScope.
 * What was not measured is NULL.
 */
const COLUMNS = {
  request_index: 'INTEGER',
  request: 'TEXT',
  start_time: 'REAL',
  inter_token_latencies: 'TEXT',
  success: 'INTEGER',
  response_messages: 'TEXT',
  completed_time: 'REAL',
  latency: 'REAL',
  first_chunk_latency: 'REAL',
  n_chunks: 'INTEGER',
  chunk_time: 'REAL',
  prompt_tokens: 'INTEGER',
  completion_tokens: 'INTEGER',
  time_per_output_token: 'REAL',
  request_id: 'TEXT',
  is_stream: 'INTEGER',
  warmup: 'INTEGER',
  worker: 'INTEGER',
  scheduled_time: 'REAL',
  dispatch_delay: 'REAL',
  connect_time: 'REAL',
  sent_time: 'REAL',
  headers_time: 'REAL',
  time_to_first_token: 'REAL',
  last_token_time: 'REAL',
  cached_tokens: 'INTEGER',
  reasoning_tokens: 'INTEGER',
  tokens_estimated: 'INTEGER',
  status: 'INTEGER',
  cause: 'TEXT',
  failure: 'TEXT',
  finish_reason: 'TEXT',
  conversation: 'INTEGER',
  turn: 'INTEGER',
  turns: 'INTEGER',
  trace_request_id: 'TEXT',
  truncated: 'INTEGER',
  hidden_tokens: 'INTEGER',
  first_event_tokens: 'INTEGER',
  timed_from: 'REAL',
  output_events: 'INTEGER',
  notes: 'TEXT',
  cost: 'REAL',
  first_chunk_error: 'REAL',
  last_chunk_error: 'REAL',
  first_token_error: 'REAL',
  last_token_error: 'REAL',
  timed_from_error: 'REAL',
  end_error: 'REAL',
  inter_token_errors: 'TEXT',
  turnaround: 'REAL',
} as const

/** SQL type of each column, in their order. */
export const COLUMN_TYPES: Readonly<Record<keyof typeof COLUMNS, 'INTEGER' | 'REAL' | 'TEXT'>> = COLUMNS

export const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]

export const CREATE = `
CREATE TABLE result (${COLUMN_NAMES.map((name) => `${name} ${COLUMNS[name]}`).join(', ')});
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = ${DB_VERSION};`

export const INSERT = `INSERT INTO result (${COLUMN_NAMES.join(', ')}) VALUES (${COLUMN_NAMES.map(() => '?').join(', ')})`

export type Value = number | string | null

export interface RowFacts {
  /** Added to a stamp (milliseconds) gives Unix milliseconds. */
  wallOriginMs: number
  isStream: boolean
  /** Text of a request body, without secrets; undefined when texts are not kept. */
  bodyText: ((body: number) => string) | undefined
  /** The request's name in the recording it comes from. */
  traceId?: (body: number) => string | undefined
  /** Characters kept of a request or an answer. */
  textLimit: number
  /** Takes the run's secrets out of a text: a server may send them back. */
  hide(text: string): string
}

/** One row's values, in the order of COLUMN_NAMES. */
export function rowValues(batch: SampleBatch, row: number, facts: RowFacts): Value[] {
  const at = row * ROW
  const number = (column: number): number => batch.numbers[at + column]!
  const startedAt = number(C.startedAt)
  const after = (column: number): Value => seconds(number(column) - startedAt)
  const moment = (column: number): Value => seconds(number(column) + facts.wallOriginMs)
  const error = (column: number): Value => (number(column) > 0 ? number(column) / 1000 : null)
  const cause = causeOf(batch, row)
  const packages = number(C.packages)
  const outputTokens = number(C.outputTokens)
  const flags = number(C.flags)
  const { bodyText: keep, textLimit, hide } = facts
  const request = keep && (hide(textOf(batch, row, 'request')) || keep(number(C.body)))
  const answer = keep && hide(answerText(batch, row))
  const isCut = (request?.length ?? 0) > textLimit || (answer?.length ?? 0) > textLimit
  return [
    number(C.index),
    request === undefined ? null : cut(request, textLimit),
    moment(C.startedAt),
    gapsJson(gapsOf(batch, row)),
    cause === undefined ? 1 : 0,
    answer === undefined ? null : cut(answer, textLimit),
    moment(C.endedAt),
    after(C.endedAt),
    after(C.firstChunkAt),
    packages,
    packages > 1 ? seconds((number(C.lastChunkAt) - number(C.firstChunkAt)) / (packages - 1)) : null,
    whole(number(C.inputTokens)),
    whole(outputTokens),
    seconds(readTpot(batch.numbers, at)),
    hide(textOf(batch, row, 'requestId')) || null,
    facts.isStream ? 1 : 0,
    flags & FLAG_WARMUP ? 1 : 0,
    batch.worker,
    moment(C.scheduledAt),
    seconds(startedAt - number(C.scheduledAt)),
    seconds(number(C.connectedAt) - number(C.connectStartedAt)),
    after(C.sentAt),
    after(C.headersAt),
    after(C.firstTokenAt),
    after(C.lastTokenAt),
    whole(number(C.cachedTokens)),
    whole(number(C.reasoningTokens)),
    flags & (FLAG_INPUT_ESTIMATED | FLAG_OUTPUT_ESTIMATED) ? 1 : 0,
    number(C.status) || null,
    cause ?? null,
    cause === undefined ? null : hide(textOf(batch, row, 'failure')),
    hide(textOf(batch, row, 'finishReason')) || null,
    whole(number(C.conversation)),
    whole(number(C.turn)),
    whole(number(C.turns)),
    hide(facts.traceId?.(number(C.body)) ?? '') || null,
    isCut ? 1 : 0,
    whole(number(C.hiddenTokens)),
    whole(number(C.firstTokens)),
    after(C.answerAt),
    number(C.outputEvents),
    cause === undefined ? noteNames(readNotes(batch.numbers, at)).join(' ') || null : null,
    whole(number(C.cost)),
    error(C.firstChunkError),
    error(C.lastChunkError),
    error(C.firstTokenError),
    error(C.lastTokenError),
    error(C.answerError),
    error(C.endError),
    errorsJson(gapErrorsOf(batch, row)),
    seconds(number(C.turnaround)),
  ]
}

/** No half of a character that takes two. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)
}

function seconds(milliseconds: number): number | null {
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000
}

function whole(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** Seconds with microsecond digits, as a JSON array. */
function gapsJson(gaps: Float64Array): string {
  let text = ''
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i]!
    text += gap === 0 ? ',0' : `,${Math.round(gap * 1000) / 1e6}`
  }
  return `[${text.slice(1)}]`
}

/** Seconds with microsecond digits, rounded up, as a JSON array; null where all are 0. */
function errorsJson(errors: Float32Array): string | null {
  let text = ''
  let hasAny = false
  for (let i = 0; i < errors.length; i++) {
    const error = errors[i]!
    if (error > 0) hasAny = true
    text += error > 0 ? `,${Math.ceil(error * 1000) / 1e6}` : ',0'
  }
  return hasAny ? `[${text.slice(1)}]` : null
}

/** The text; of several choices, a JSON array with the text of each. */
function answerText(batch: SampleBatch, row: number): string {
  const texts = answersOf(batch, row)
  return texts.length === 1 ? texts[0]! : JSON.stringify(texts)
}
