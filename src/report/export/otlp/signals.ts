/** A run in the shapes of OpenTelemetry's SDK: a span for each request, and its figures as metrics. */
import { createHash } from 'node:crypto'
import { factsOf } from '../../../metrics/index.ts'
import type { StoredRequest } from '../../../records/index.ts'
import type { Result } from '../../../result/index.ts'
import type { ReportRun } from '../../runSet.ts'
import { ROW_METRICS, type RowMetric, succeeded, summaryGauges, withoutStop } from '../metrics.ts'
import { type Attributes, type Metric, type Metrics, type Resource, SDK, type Span, type Time } from './transformer.ts'

/** Of gateways and collectors the usual limit is 4 MiB; a span here takes about 1.5 KB. */
const SPANS_PER_REQUEST = 500
/** The semantic conventions' advice for durations of generative AI, seconds. */
const BOUNDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const SCOPE = 'perfgate'
/** Of succeeded requests. */
const HISTOGRAMS = [
  ['gen_ai.client.operation.duration', 'latency'],
  ['gen_ai.client.operation.time_to_first_chunk', 'firstChunkLatency'],
  ['perfgate.time_to_first_token', 'ttft'],
  ['perfgate.time_per_output_token', 'tpot'],
] as const satisfies readonly [name: string, metric: RowMetric][]

/** Spans of the measured phase, in batches that one request holds. */
export function* spanBatches(run: ReportRun): Generator<Span[]> {
  // The encoder groups spans by the identity of these two.
  const [resource, scope] = [resourceOf(run.result), scopeOf(run.result)]
  let spans: Span[] = []
  for (const row of run.requests!({ withoutTexts: true })) {
    if (row.warmup === 1) continue
    spans.push({ ...spanOf(run.result, row), resource, instrumentationScope: scope })
    if (spans.length < SPANS_PER_REQUEST) continue
    yield spans
    spans = []
  }
  if (spans.length > 0) yield spans
}

function spanOf(result: Result, row: StoredRequest): Omit<Span, 'resource' | 'instrumentationScope'> {
  const start = Number(row.start_time)
  const latency = Number(row.latency ?? 0)
  const at = (seconds: number | string | null): Time | undefined =>
    seconds === null ? undefined : timeOf(start + Number(seconds))
  const model = String(result.config['model'] ?? '')
  const moments = [
    ['headers received', at(row.headers_time)],
    ['first token', at(row.time_to_first_token)],
    ['last token', at(row.last_token_time)],
  ] as const
  const traceId = idOf(`${result.startedAt} ${result.summary.resultDbPath} ${row.request_index}`, 32)
  const spanId = idOf(`span ${result.startedAt} ${row.request_index}`, 16)
  return {
    name: `${operationOf(result)['gen_ai.operation.name']} ${model}`.trimEnd(),
    spanContext: () => ({ traceId, spanId, traceFlags: SDK.sampled }),
    kind: SDK.client,
    startTime: timeOf(start),
    endTime: timeOf(start + latency),
    duration: timeOf(latency),
    ended: true,
    status:
      row.success === 1 ? { code: SDK.unset } : { code: SDK.error, message: String(row.failure ?? '').slice(0, 512) },
    attributes: attributes({
      ...operationOf(result),
      'gen_ai.request.model': model,
      'gen_ai.response.id': row.request_id,
      'gen_ai.usage.input_tokens': row.prompt_tokens,
      'gen_ai.usage.output_tokens': row.completion_tokens,
      'gen_ai.response.finish_reasons': row.finish_reason === null ? null : [String(row.finish_reason)],
      'url.full': result.endpoint.url,
      'http.response.status_code': row.status,
      'error.type': row.cause,
      'perfgate.request.index': row.request_index,
      'perfgate.dispatch_delay': row.dispatch_delay,
      'perfgate.connect_time': row.connect_time,
      'perfgate.time_to_first_token': row.time_to_first_token,
    }),
    events: moments.flatMap(([name, time]) => (time === undefined ? [] : [{ name, time }])),
    links: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

export function metricsOf(run: ReportRun): Metrics {
  const { result } = run
  const { succeededRequests, failedRequests, timeTakenSeconds } = result.summary
  const start = Date.parse(result.startedAt) / 1000
  const period: Period = { startTime: timeOf(start), endTime: timeOf(start + timeTakenSeconds) }
  const model = attributes({ ...operationOf(result), 'gen_ai.request.model': String(result.config['model'] ?? '') })
  const counts = [
    ['succeeded', succeededRequests],
    ['failed', failedRequests],
  ] as const
  const metrics: Metric[] = [
    ...HISTOGRAMS.map((one) => histogram(one, run, period, model)),
    {
      descriptor: {
        name: 'perfgate.requests',
        description: 'Requests of the measured phase by outcome',
        unit: '{request}',
        valueType: SDK.integer,
      },
      dataPointType: SDK.sum,
      aggregationTemporality: SDK.cumulative,
      isMonotonic: true,
      dataPoints: counts.map(([outcome, value]) => ({ ...period, value, attributes: { ...model, outcome } })),
    },
    ...summaryGauges(result).map(
      ({ name, unit, help, value }): Metric => ({
        descriptor: {
          name: `perfgate.${name}`,
          description: help,
          unit: unit === 'seconds' ? 's' : '1',
          valueType: SDK.double,
        },
        dataPointType: SDK.gauge,
        aggregationTemporality: SDK.cumulative,
        dataPoints: [{ ...period, value, attributes: model }],
      }),
    ),
  ]
  return { resource: resourceOf(result), scopeMetrics: [{ scope: scopeOf(result), metrics }] }
}

interface Period {
  startTime: Time
  endTime: Time
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
    'server.port': address === undefined ? null : Number(address.port || (address.protocol === 'https:' ? 443 : 80)),
  }
}

function histogram(
  [name, metric]: (typeof HISTOGRAMS)[number],
  run: ReportRun,
  period: Period,
  model: Attributes,
): Metric {
  const counts = new Array<number>(BOUNDS.length + 1).fill(0)
  let count = 0
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const row of succeeded(run.requests!({ withoutTexts: true }))) {
    const value = ROW_METRICS[metric](row)
    if (value === null) continue
    const seconds = value / 1000
    // Bounds belong to the bucket below them.
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound)
    const at = bucket === -1 ? BOUNDS.length : bucket
    counts[at] = counts[at]! + 1
    count++
    sum += seconds
    min = Math.min(min, seconds)
    max = Math.max(max, seconds)
  }
  return {
    descriptor: { name, description: withoutStop(factsOf(metric).about), unit: 's', valueType: SDK.double },
    dataPointType: SDK.histogram,
    aggregationTemporality: SDK.cumulative,
    dataPoints: [
      {
        ...period,
        attributes: model,
        value: { count, sum, buckets: { boundaries: [...BOUNDS], counts }, ...(count === 0 ? {} : { min, max }) },
      },
    ],
  }
}

/** Of a resource nothing but its attributes is encoded; the rest of its interface serves who collects. */
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
  } as Resource
}

function scopeOf({ environment }: Result): Span['instrumentationScope'] {
  return { name: SCOPE, version: environment.perfgate }
}

type Plain = string | number | string[] | null

/** What is null or empty is left out. */
function attributes(values: Record<string, Plain>): Attributes {
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, Exclude<Plain, null>] => entry[1] !== null && entry[1] !== '',
    ),
  )
}

/** Of Unix seconds, to the microsecond: a double holds no more of today's date. */
function timeOf(seconds: number): Time {
  const microseconds = Math.round(seconds * 1e6)
  return [Math.floor(microseconds / 1e6), (microseconds % 1e6) * 1000]
}

/** The same request has the same id however often it is exported: a collector then keeps it once. */
function idOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}
