/** The requests of a run in the page, and which of them the reader has asked to see. */
import { type PageRun, type PageTexts, REQUEST_COLUMNS, type RequestColumn } from '../pageData.ts'

export interface Requests {
  count: number
  total: number
  causes: string[]
  /** One array per column; rows are in the order of their starts. */
  column: Record<RequestColumn, Float64Array>
  texts: PageTexts
  textCount: number
  requestUrl: string | null
  limits: PageRun['limits']
}

export interface Filter {
  outcome: 'all' | 'succeeded' | 'failed'
  /** A cause of failure, or all of them. */
  cause: string
  /** Milliseconds. */
  minLatency: number
  /** In the texts of a request, its id or its index. */
  words: string
  /** Start within, milliseconds; set by zooming into a chart. */
  from: number
  to: number
}

export const EVERYTHING: Filter = {
  outcome: 'all',
  cause: '',
  minLatency: 0,
  words: '',
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
}

export async function unpackRequests(run: PageRun): Promise<Requests> {
  const [bytes, texts] = await Promise.all([unpack(run.columns), unpack(run.texts)])
  const column = Object.fromEntries(
    REQUEST_COLUMNS.map((name, k) => [name, new Float64Array(bytes, k * run.count * 8, run.count)]),
  ) as Record<RequestColumn, Float64Array>
  return {
    count: run.count,
    total: run.total,
    causes: run.causes,
    column,
    texts: JSON.parse(new TextDecoder().decode(texts)) as PageTexts,
    textCount: run.textCount,
    requestUrl: run.requestUrl,
    limits: run.limits,
  }
}

/** Rows that pass, in the order of their starts. */
export function filterRows(requests: Requests, filter: Filter): number[] {
  const { start, latency, cause } = requests.column
  const wantedCause = requests.causes.indexOf(filter.cause)
  const words = filter.words.trim().toLowerCase()
  const rows: number[] = []
  for (let row = 0; row < requests.count; row++) {
    const failed = cause[row]! >= 0
    if (filter.outcome !== 'all' && failed !== (filter.outcome === 'failed')) continue
    if (filter.cause !== '' && cause[row] !== wantedCause) continue
    if (filter.minLatency > 0 && !(latency[row]! >= filter.minLatency)) continue
    if (start[row]! < filter.from || start[row]! > filter.to) continue
    if (words !== '' && !hasWords(requests, row, words)) continue
    rows.push(row)
  }
  return rows
}

function hasWords({ texts, column }: Requests, row: number, words: string): boolean {
  if (String(column.index[row]) === words) return true
  const found = texts.rows[row]
  if (found === undefined) return false
  const all = [texts.requests[found.request] ?? '', found.answer, found.failure, found.requestId]
  return all.some((text) => text.toLowerCase().includes(words))
}

async function unpack(base64: string): Promise<ArrayBuffer> {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
}
