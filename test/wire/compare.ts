/** Holds what perfgate said of a case against what was sent: each difference as a sentence. */
import { DatabaseSync } from 'node:sqlite'
import { type Expectation, type FlatExpectation, REQUEST_KEYS, type RequestExpectation, type WireCase } from './case.ts'
import type { Received } from './server.ts'

/** For the lateness of the client: when the server really wrote is known. */
const TOLERANCE_MS = 20

export interface Row {
  success: number
  cause: string | null
  failure: string | null
  finish_reason: string | null
  prompt_tokens: number | null
  completion_tokens: number | null
  reasoning_tokens: number | null
  cached_tokens: number | null
  response_messages: string | null
  tokens_estimated: number
  time_to_first_token: number | null
  time_per_output_token: number | null
  inter_token_latencies: string | null
  latency: number | null
}

export interface Outcome {
  exitCode: number | null
  verdict: string | undefined
  /** Notes of the result, and what stood on stderr beside tables and the client's health. */
  notes: string
  rows: readonly Row[]
  requests: readonly Received[]
}

export function readRows(db: string): Row[] {
  const read = new DatabaseSync(db, { readOnly: true })
  try {
    return read.prepare('SELECT * FROM result WHERE warmup = 0 ORDER BY request_index').all() as unknown as Row[]
  } finally {
    read.close()
  }
}

export function differences(one: WireCase, expected: Expectation, outcome: Outcome): string[] {
  const { anyOf, ...flat } = expected
  const wrong = flatDifferences(one, flat, outcome)
  if (anyOf === undefined) return wrong
  const tried = anyOf.map((each) => flatDifferences(one, { toleranceMs: expected.toleranceMs, ...each }, outcome))
  return tried.some((each) => each.length === 0)
    ? wrong
    : [...wrong, tried.map((each) => each.join('; ')).join(' – or – ')]
}

function flatDifferences(one: WireCase, expected: FlatExpectation, outcome: Outcome): string[] {
  const wrong = runDifferences(expected, outcome)
  const isOfRequests =
    expected.requests !== undefined || Object.keys(expected).some((key) => REQUEST_KEYS.includes(key))
  if (!isOfRequests) return wrong
  if (outcome.rows.length !== one.requests)
    return [...wrong, `${outcome.rows.length} of ${one.requests} requests are in the DB`]
  for (const [i, row] of outcome.rows.entries()) {
    const clock = clockOf(one, outcome, i)
    const each = expected.requests?.[i % expected.requests.length]
    for (const wanted of each === undefined ? [expected] : [expected, each])
      wrong.push(...rowDifferences(wanted, row, clock).map((text) => `request ${i}: ${text}`))
  }
  return wrong
}

function runDifferences(expected: FlatExpectation, { exitCode, verdict, notes, requests }: Outcome): string[] {
  const wrong: string[] = []
  const differ = (key: keyof FlatExpectation, seen: unknown): void => {
    wrong.push(`expected ${key} ${JSON.stringify(expected[key])}, saw ${JSON.stringify(seen)}`)
  }
  if (expected.exitCode !== undefined && !oneOf(expected.exitCode, exitCode)) differ('exitCode', exitCode)
  if (expected.verdict !== undefined && !oneOf(expected.verdict, verdict)) differ('verdict', verdict)
  if (expected.noteMatches !== undefined && !new RegExp(expected.noteMatches, 'i').test(notes))
    differ('noteMatches', notes)
  if (expected.requestsSent !== undefined && requests.length !== expected.requestsSent)
    differ('requestsSent', requests.length)
  const { requestBodyLacks: lacks = [], requestBodyHas: has = {}, requestPath: path } = expected
  if (requests.length === 0 && (lacks.length > 0 || path !== undefined)) wrong.push('no request came')
  for (const { body, path: sent } of requests) {
    const parsed = JSON.parse(body) as Record<string, unknown>
    if (lacks.some((key) => key in parsed)) differ('requestBodyLacks', parsed)
    if (!contains(parsed, has)) differ('requestBodyHas', parsed)
    if (path !== undefined && sent !== path) differ('requestPath', sent)
  }
  const distinct = new Set(requests.map(({ body }) => body)).size
  if (expected.distinctBodies && (distinct < requests.length || distinct < 2)) differ('distinctBodies', distinct)
  return wrong
}

type Clock = (ms: number) => readonly [low: number, high: number]

function rowDifferences(expected: RequestExpectation, row: Row, clock: Clock): string[] {
  const wrong: string[] = []
  const check = (key: keyof RequestExpectation, seen: unknown): void => {
    if (expected[key] !== undefined && expected[key] !== seen)
      wrong.push(`expected ${key} ${JSON.stringify(expected[key])}, saw ${JSON.stringify(seen)}`)
  }
  check('success', row.success === 1)
  if (wrong.length > 0)
    return [`${wrong[0]} (${row.cause ?? row.finish_reason}: ${row.failure ?? row.response_messages})`]
  const { causes, failureMatches, absent = [] } = expected
  if (causes !== undefined && !causes.includes(row.cause ?? ''))
    wrong.push(`expected one of ${causes}, saw ${row.cause}: ${row.failure}`)
  if (failureMatches !== undefined && !new RegExp(failureMatches, 'i').test(row.failure ?? ''))
    wrong.push(`expected /${failureMatches}/, saw ${row.failure}`)
  check('text', row.response_messages)
  check('finishReason', row.finish_reason)
  check('inputTokens', row.prompt_tokens)
  check('outputTokens', row.completion_tokens)
  check('reasoningTokens', row.reasoning_tokens)
  check('cachedTokens', row.cached_tokens)
  check('tokensEstimated', row.tokens_estimated === 1)
  const gaps = gapsOf(row)
  const seen = { ttft: row.time_to_first_token, tpot: row.time_per_output_token, itl: gaps.length > 0 ? gaps : null }
  for (const name of absent) if (seen[name] !== null) wrong.push(`expected no ${name}, saw ${seen[name]}`)
  return [...wrong, ...timeDifferences(expected, row, clock)]
}

function timeDifferences(expected: RequestExpectation, row: Row, clock: Clock): string[] {
  const { toleranceMs = TOLERANCE_MS, ttftMs, latencyMs, tpotMs, itlMs } = expected
  const wrong: string[] = []
  const near = (name: string, seconds: number | null, [low, high]: readonly [number, number]): void => {
    const ms = seconds === null ? Number.NaN : seconds * 1000
    if (!(ms >= low - toleranceMs && ms <= high + toleranceMs))
      wrong.push(
        `expected ${name} in ${low.toFixed(1)} to ${high.toFixed(1)} ± ${toleranceMs} ms, saw ${ms.toFixed(1)}`,
      )
  }
  if (ttftMs !== undefined) near('ttft', row.time_to_first_token, clock(ttftMs))
  if (latencyMs !== undefined) near('latency', row.latency, clock(latencyMs))
  let stretch = 1
  if (itlMs !== undefined) {
    const at = [ttftMs ?? 0]
    for (const gap of itlMs) at.push(at.at(-1)! + gap)
    const times = at.map((ms) => (ttftMs === undefined ? ([ms, ms] as const) : clock(ms)))
    const gaps = gapsOf(row)
    if (gaps.length !== itlMs.length) wrong.push(`expected ${itlMs.length} gaps, saw ${gaps.length}`)
    else
      for (const [i, gap] of gaps.entries())
        near(`gap ${i}`, gap, [times[i + 1]![0] - times[i]![1], times[i + 1]![1] - times[i]![0]])
    if (at.at(-1)! > at[0]!) stretch = (times.at(-1)![1] - times[0]![0]) / (at.at(-1)! - at[0]!)
  }
  if (tpotMs !== undefined) near('tpot', row.time_per_output_token, [tpotMs * stretch, tpotMs * stretch])
  return wrong
}

/** From a time of the plan to when the server really got to it in this request. */
function clockOf(one: WireCase, { requests }: Outcome, index: number): Clock {
  const writes = requests[index + (one.connectionTest ? 1 : 0)]?.writes
  if (one.parallel !== 1 || writes === undefined) return (ms) => [ms, ms]
  return (ms) => {
    const before = writes.filter(({ due }) => due <= ms + 0.001)
    const last = before.at(-1)?.due
    if (last === undefined) return [ms, ms]
    const real = before.filter(({ due }) => due === last)
    return [real[0]!.at + ms - last, real.at(-1)!.at + ms - last]
  }
}

function gapsOf({ inter_token_latencies: gaps }: Row): number[] {
  return JSON.parse(gaps ?? '[]') as number[]
}

function contains(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return value === part
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(part).every(([key, wanted]) => contains((value as Record<string, unknown>)[key], wanted))
}

function oneOf<T>(wanted: T | readonly T[], seen: unknown): boolean {
  return [wanted].flat().includes(seen as T)
}
