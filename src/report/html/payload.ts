/** The requests of a run as the page gets them: columns of numbers, and as many texts as fit. */
import { gzipSync } from 'node:zlib'
import type { StoredRequest } from '../../records/index.ts'
import type { Result } from '../../result/index.ts'
import type { RowSource } from '../runSet.ts'
import { type PageRun, type PageTexts, REQUEST_COLUMNS, type RequestColumn } from './pageData.ts'

/** Requests in a page at most; beyond that all failures, and every k-th of the others. */
const MOST_REQUESTS = 200_000
/** Characters of texts in a page at most, before they are compressed; failures and slow requests come first. */
const MOST_TEXT = 8_000_000

/** @param requests reads the rows anew each time it is called, without or with their texts; undefined: no DB */
export function pageRun(result: Result, requests: RowSource | undefined): PageRun {
  const read = requests === undefined ? { rows: [], causes: [], total: 0 } : readRows(requests)
  const { rows, causes, total } = read
  const columns = new Float64Array(rows.length * REQUEST_COLUMNS.length)
  rows.forEach((row, at) => {
    for (let k = 0; k < row.length; k++) columns[k * rows.length + at] = row[k]!
  })
  const texts = requests === undefined ? { requests: [], rows: {} } : chooseTexts(requests, rows)
  return {
    title: result.name,
    count: rows.length,
    total,
    causes,
    columns: packed(Buffer.from(columns.buffer)),
    texts: packed(Buffer.from(JSON.stringify(texts))),
    requestUrl: null,
    textCount: Object.keys(texts.rows).length,
    timeline: result.timeline ?? null,
  }
}

const AT = Object.fromEntries(REQUEST_COLUMNS.map((name, i) => [name, i])) as Record<RequestColumn, number>

function readRows(requests: RowSource): { rows: Float64Array[]; causes: string[]; total: number } {
  const causes: string[] = []
  let rows: Float64Array[] = []
  let total = 0
  let step = 1
  for (const row of requests({ withoutTexts: true })) {
    if (row.warmup === 1) continue
    const failed = row.success !== 1
    if (!failed && total++ % step !== 0) continue
    if (failed) total++
    rows.push(numbersOf(row, causes))
    if (rows.length <= MOST_REQUESTS) continue
    step *= 2
    rows = rows.filter((_, i) => i % 2 === 0)
  }
  const first = rows.reduce((least, row) => Math.min(least, row[AT.start]!), Number.POSITIVE_INFINITY)
  for (const row of rows) row[AT.start] = row[AT.start]! - first
  return { rows: rows.sort((a, b) => a[AT.start]! - b[AT.start]!), causes, total }
}

function numbersOf(row: StoredRequest, causes: string[]): Float64Array {
  const values: Record<RequestColumn, number> = {
    index: number(row.request_index),
    start: number(row.start_time) * 1000,
    queue: number(row.dispatch_delay) * 1000,
    connect: number(row.connect_time) * 1000,
    firstToken: number(row.time_to_first_token) * 1000,
    lastToken: number(row.last_token_time) * 1000,
    latency: number(row.latency) * 1000,
    tpot: number(row.time_per_output_token) * 1000,
    inputTokens: number(row.prompt_tokens),
    outputTokens: number(row.completion_tokens),
    status: number(row.status),
    cause: -1,
  }
  if (row.success !== 1) {
    const cause = String(row.cause ?? 'unknown')
    if (!causes.includes(cause)) causes.push(cause)
    values.cause = causes.indexOf(cause)
  }
  return Float64Array.from(REQUEST_COLUMNS, (name) => values[name])
}

/** Failures first, then the slowest: these are what a reader opens. */
function chooseTexts(requests: RowSource, rows: readonly Float64Array[]): PageTexts {
  const place = new Map(rows.map((row, at) => [row[AT.index]!, at]))
  const rank = new Map(
    rows
      .map((row, at) => ({ at, weight: (row[AT.cause]! >= 0 ? 1e12 : 0) + (row[AT.latency]! || 0) }))
      .sort((a, b) => b.weight - a.weight)
      .map(({ at }, order) => [at, order]),
  )
  const found: Found = []
  let size = 0
  for (const row of requests({ withoutTexts: false })) {
    const at = row.warmup === 1 ? undefined : place.get(number(row.request_index))
    if (at === undefined) continue
    const rest = {
      request: 0,
      answer: text(row.response_messages),
      failure: text(row.failure),
      requestId: text(row.request_id),
      finishReason: text(row.finish_reason),
    }
    const request = text(row.request)
    if (request === '' && rest.answer === '' && rest.failure === '') continue
    found.push({ at, request, rest })
    size += sizeOf(rest)
    // Twice the room is held for a moment, then the half that matters least is dropped.
    if (size > MOST_TEXT * 2) size = keepBest(found, rank)
  }
  if (size > MOST_TEXT) keepBest(found, rank)
  return withSharedRequests(found)
}

type Found = { at: number; request: string; rest: PageTexts['rows'][number] }[]

function keepBest(found: Found, rank: ReadonlyMap<number, number>): number {
  found.sort((a, b) => rank.get(a.at)! - rank.get(b.at)!)
  let size = 0
  let kept = 0
  for (const { rest } of found) {
    size += sizeOf(rest)
    if (size > MOST_TEXT) break
    kept++
  }
  found.length = kept
  return Math.min(size, MOST_TEXT)
}

function sizeOf({ answer, failure }: PageTexts['rows'][number]): number {
  return answer.length + failure.length + 100
}

function withSharedRequests(found: Found): PageTexts {
  const places = new Map<string, number>()
  const rows: PageTexts['rows'] = {}
  let size = 0
  for (const { at, request, rest } of found) {
    let place = places.get(request)
    if (place === undefined) {
      size += request.length
      if (size > MOST_TEXT) continue
      place = places.size
      places.set(request, place)
    }
    rows[at] = { ...rest, request: place }
  }
  return { requests: [...places.keys()], rows }
}

function packed(bytes: Buffer): string {
  return gzipSync(bytes, { level: 6 }).toString('base64')
}

function number(value: number | string | null): number {
  return value === null ? Number.NaN : Number(value)
}

function text(value: number | string | null): string {
  return value === null ? '' : String(value)
}
