/** What the page is given: types shared by the program that writes it and the script that runs in it. */

/** Numbers per request, each column one array; milliseconds unless the name says otherwise, NaN: not measured. */
export const REQUEST_COLUMNS = [
  'index',
  /** Since the first start of the run. */
  'start',
  'queue',
  'connect',
  'firstToken',
  'lastToken',
  'latency',
  'tpot',
  'inputTokens',
  'outputTokens',
  'status',
  /** Index into `causes`; −1 for a success. */
  'cause',
] as const
export type RequestColumn = (typeof REQUEST_COLUMNS)[number]

/** One run in the page. */
export interface PageRun {
  title: string
  /** Requests in `columns`; 0 where there is no result DB. */
  count: number
  /** Requests of the run: more than `count` when only some are in the page. */
  total: number
  causes: string[]
  /** Float64 little-endian, column after column of `count` numbers; gzip, base64. */
  columns: string
  /** JSON of PageTexts; gzip, base64. */
  texts: string
  /** Gates on percentiles of a time, for lines in the charts; milliseconds. */
  limits: { metric: string; label: string; value: number }[]
  /** Address of a request on the server that gives the page out, without the index at its end; null in a file. */
  requestUrl: string | null
  /** Requests with texts in the page. */
  textCount: number
  timeline: {
    bucketSeconds: number
    inFlight: number[]
    completed: number[]
    failed: number[]
    outputTokens: number[]
  } | null
}

/** Texts of some requests: request bodies are repeated, so they are kept once. */
export interface PageTexts {
  requests: string[]
  /** Row in the columns → texts. */
  rows: Record<number, { request: number; answer: string; failure: string; requestId: string; finishReason: string }>
}

/** Of a set of runs: one point per run on the curve of latency over throughput. */
export interface PagePoint {
  label: string
  /** Requests in flight or requests per second: the order in which points are joined; null where both are open. */
  load: number | null
  qps: number
  outputTokensPerSecond: number
  p50LatencyMs: number | null
  p99LatencyMs: number | null
  p99TtftMs: number | null
}

export interface PageData {
  runs: PageRun[]
  points: PagePoint[]
  /** Place of the knee in `points`, or −1. */
  knee: number
}
