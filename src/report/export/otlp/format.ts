/** OpenTelemetry Protocol, JSON encoding: a trace span for each request, and the figures of the run as metrics. */
import { createHash } from 'node:crypto'
import type { Result } from '../../../result/index.ts'
import type { StoredRequest } from '../../../store/index.ts'
import type { ReportRun } from '../../reportRun.ts'
import { summaryGauges } from '../figures.ts'
import type { ExportFormat } from '../format.ts'
import { ROW_METRICS, succeeded } from '../metricNames.ts'
import {
  type AnyValue,
  type Attribute,
  CLIENT_SPAN,
  CUMULATIVE,
  ERROR,
  type HistogramPoint,
  type Metric,
  type MetricsRequest,
  type Period,
  type Resource,
  type Scope,
  type Span,
  type TracesRequest,
} from './shapes.ts'

export const otlp: ExportFormat = {
  name: 'otlp',
  description: 'OpenTelemetry: metrics, and a span for each request; --endpoint sends them',
  joins: false,
  needsRequests: true,
  write: ([run]) => [
    { ending: '.otlp-metrics.json', content: `${JSON.stringify(metricsOf(run!))}\n` },
    // One export request a line, as a collector's file exporter writes and its file receiver reads them.
    { ending: '.otlp-traces.jsonl', content: traceLines(run!) },
  ],
}

/** Of gateways and collectors the usual limit is 4 MiB; a span here takes about 1.5 KB. */
const SPANS_PER_REQUEST = 500
/** The semantic conventions' advice for durations of generative AI, seconds. */
const BOUNDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const SCOPE = 'perfgate'
/** Of succeeded requests. */
const HISTOGRAMS = [
  ['gen_ai.client.operation.duration', 'latency', 'Time from a request to the end of its answer'],
  ['gen_ai.client.operation.time_to_first_chunk', 'firstChunkLatency', 'Time from a request to the first chunk'],
  ['perfgate.time_to_first_token', 'ttft', 'Time from a request to the first token'],
  ['perfgate.time_per_output_token', 'tpot', 'Time from the first token to the last, for each token after the first'],
] as const

function* traceLines(run: ReportRun): Generator<string> {
  let spans: Span[] = []
  for (const row of run.requests!({ withoutTexts: true })) {
    if (row.warmup === 1) continue
    spans.push(spanOf(run.result, row))
    if (spans.length < SPANS_PER_REQUEST) continue
    yield `${JSON.stringify(tracesOf(run.result, spans))}\n`
    spans = []
  }
  if (spans.length > 0) yield `${JSON.stringify(tracesOf(run.result, spans))}\n`
}

function tracesOf(result: Result, spans: Span[]): TracesRequest {
  return { resourceSpans: [{ resource: resourceOf(result), scopeSpans: [{ scope: scopeOf(result), spans }] }] }
}

function spanOf(result: Result, row: StoredRequest): Span {
  const start = Number(row.start_time)
  const at = (seconds: number | string | null): string | undefined =>
    seconds === null ? undefined : nanoseconds(start + Number(seconds))
  const model = String(result.config['model'] ?? '')
  const moments = [
    ['headers received', at(row.headers_time)],
    ['first token', at(row.time_to_first_token)],
    ['last token', at(row.last_token_time)],
  ] as const
  const events = moments.flatMap(([name, time]) => (time === undefined ? [] : [{ timeUnixNano: time, name }]))
  const failed = row.success !== 1
  return {
    traceId: idOf(`${result.startedAt} ${result.summary.resultDbPath} ${row.request_index}`, 32),
    spanId: idOf(`span ${result.startedAt} ${row.request_index}`, 16),
    name: `${operationOf(result)['gen_ai.operation.name']} ${model}`.trimEnd(),
    kind: CLIENT_SPAN,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(start + Number(row.latency ?? 0)),
    attributes: attributes({
      ...operationOf(result),
      'gen_ai.request.model': model,
      'gen_ai.response.id': row.request_id,
      'gen_ai.usage.input_tokens': integer(row.prompt_tokens),
      'gen_ai.usage.output_tokens': integer(row.completion_tokens),
      'gen_ai.response.finish_reasons': row.finish_reason === null ? null : [String(row.finish_reason)],
      'url.full': result.endpoint.url,
      'http.response.status_code': integer(row.status),
      'error.type': row.cause,
      'perfgate.request.index': integer(row.request_index),
      'perfgate.dispatch_delay': row.dispatch_delay,
      'perfgate.connect_time': row.connect_time,
      'perfgate.time_to_first_token': row.time_to_first_token,
    }),
    events,
    ...(failed ? { status: { code: ERROR, message: String(row.failure ?? '').slice(0, 512) } } : {}),
  }
}

function metricsOf(run: ReportRun): MetricsRequest {
  const { result } = run
  const start = nanoseconds(Date.parse(result.startedAt) / 1000)
  const time = nanoseconds(Date.parse(result.startedAt) / 1000 + result.summary.timeTakenSeconds)
  const model = attributes({ ...operationOf(result), 'gen_ai.request.model': String(result.config['model'] ?? '') })
  const point = { startTimeUnixNano: start, timeUnixNano: time }
  const { succeededRequests, failedRequests } = result.summary
  const counts = [
    ['succeeded', succeededRequests],
    ['failed', failedRequests],
  ] as const
  const metrics: Metric[] = [
    ...HISTOGRAMS.map((one) => histogram(one, run, point, model)),
    {
      name: 'perfgate.requests',
      description: 'Requests of the measured phase by outcome',
      unit: '{request}',
      sum: {
        aggregationTemporality: CUMULATIVE,
        isMonotonic: true,
        dataPoints: counts.map(([outcome, count]) => ({
          ...point,
          asInt: String(count),
          attributes: [...model, ...attributes({ outcome })],
        })),
      },
    },
    ...summaryGauges(result).map(({ name, unit, help, value }) => ({
      name: `perfgate.${name}`,
      description: help,
      unit: unit === 'seconds' ? 's' : '1',
      gauge: { dataPoints: [{ timeUnixNano: time, asDouble: value, attributes: model }] },
    })),
  ]
  return { resourceMetrics: [{ resource: resourceOf(result), scopeMetrics: [{ scope: scopeOf(result), metrics }] }] }
}

/**
 * What the semantic conventions of generative AI require of spans and metrics, with their own words where they have one
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics): the provider is the flavour of the API.
 */
function operationOf({ config, endpoint: { url } }: Result): Record<string, Plain> {
  const api = String(config['api'] ?? 'openai')
  const address = URL.canParse(url) ? new URL(url) : undefined
  const isText = /\/v1\/completions\/?$/.test(address?.pathname ?? '')
  const operation = api.endsWith('embedding') ? 'embeddings' : api.endsWith('rerank') ? 'rerank' : undefined
  return {
    'gen_ai.operation.name': operation ?? (isText ? 'text_completion' : 'chat'),
    'gen_ai.provider.name': ['anthropic', 'dashscope'].includes(api) ? api : 'openai',
    'server.address': address?.hostname ?? null,
    'server.port': address === undefined ? null : BigInt(address.port || (address.protocol === 'https:' ? 443 : 80)),
  }
}

function histogram(
  [name, metric, description]: (typeof HISTOGRAMS)[number],
  run: ReportRun,
  point: Period,
  model: Attribute[],
): Metric {
  const bucketCounts = new Array<number>(BOUNDS.length + 1).fill(0)
  let count = 0
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const row of succeeded(run.requests!({ withoutTexts: true }))) {
    const value = ROW_METRICS[metric]!(row)
    if (value === null) continue
    const seconds = value / 1000
    // Bounds belong to the bucket below them.
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound)
    const at = bucket === -1 ? BOUNDS.length : bucket
    bucketCounts[at] = bucketCounts[at]! + 1
    count++
    sum += seconds
    min = Math.min(min, seconds)
    max = Math.max(max, seconds)
  }
  const dataPoint: HistogramPoint = {
    ...point,
    attributes: model,
    count: String(count),
    sum,
    bucketCounts: bucketCounts.map(String),
    explicitBounds: BOUNDS,
    ...(count === 0 ? {} : { min, max }),
  }
  return { name, description, unit: 's', histogram: { aggregationTemporality: CUMULATIVE, dataPoints: [dataPoint] } }
}

function resourceOf({ name, environment, verdict }: Result): Resource {
  return {
    attributes: attributes({
      'service.name': 'perfgate',
      'service.version': environment.perfgate,
      'perfgate.run.name': name,
      'perfgate.run.verdict': verdict,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': environment.node,
    }),
  }
}

function scopeOf({ environment }: Result): Scope {
  return { name: SCOPE, version: environment.perfgate }
}

type Plain = string | number | bigint | string[] | null

/** What is null is left out; whole numbers are given as bigint, and written as text as the encoding asks for. */
function attributes(values: Record<string, Plain>): Attribute[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null || value === '' ? [] : [{ key, value: anyValue(value) }],
  )
}

function anyValue(value: Exclude<Plain, null>): AnyValue {
  if (typeof value === 'bigint') return { intValue: String(value) }
  if (typeof value === 'number') return { doubleValue: value }
  return typeof value === 'string'
    ? { stringValue: value }
    : { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } }
}

function integer(value: number | string | null): bigint | null {
  return value === null ? null : BigInt(value)
}

/** Unix seconds as nanoseconds, to the microsecond: a double holds no more of today's date. */
function nanoseconds(seconds: number): string {
  return `${Math.round(seconds * 1e6)}000`
}

/** The same request has the same id however often it is exported: a collector then keeps it once. */
function idOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}
