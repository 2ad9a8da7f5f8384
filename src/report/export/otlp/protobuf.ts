/**
 * The protobuf encoding, by OpenTelemetry's own package: it encodes what its SDK collects, so our requests are put into
 * the shapes of that. It writes a number that is whole as an integer: a time of exactly 0 or 1 s too.
 */
import { ConfigError } from '../../../config/index.ts'
import { type Accepted, type Answer, acceptedOf, type Encoding } from './encoding.ts'
import type { AnyValue, Attribute, Metric, MetricsRequest, Resource, Span, TracesRequest } from './shapes.ts'

const PACKAGE = '@opentelemetry/otlp-transformer'

type Transformer = typeof import('@opentelemetry/otlp-transformer')
type SdkSpan = Parameters<Transformer['ProtobufTraceSerializer']['serializeRequest']>[0][number]
type SdkMetrics = Parameters<Transformer['ProtobufMetricsSerializer']['serializeRequest']>[0]
type SdkMetric = SdkMetrics['scopeMetrics'][number]['metrics'][number]
type SdkResource = SdkMetrics['resource']
type SdkTime = SdkSpan['startTime']

/**
 * @param load stands in for the package in tests
 * @throws ConfigError that says what to install, where the package is not there or too old
 */
export async function protobuf(
  load: () => Promise<Transformer> = () => import('@opentelemetry/otlp-transformer'),
): Promise<Encoding> {
  const { ProtobufTraceSerializer: traces, ProtobufMetricsSerializer: metrics } = await loaded(load)
  return {
    contentType: 'application/x-protobuf',
    encode(signal, request) {
      const message = JSON.parse(Buffer.from(request).toString()) as TracesRequest & MetricsRequest
      const bytes =
        signal === 'traces' ? traces.serializeRequest(spansOf(message)) : metrics.serializeRequest(metricsOf(message))
      if (bytes === undefined) throw new Error(`${PACKAGE} could not encode ${signal}`)
      return bytes
    },
    read(signal, answer): Accepted {
      const serializer = signal === 'traces' ? traces : metrics
      return acceptedOf(serializer.deserializeResponse(answer) as Answer)
    },
  }
}

async function loaded(load: () => Promise<Transformer>): Promise<Transformer> {
  const remedy = `npm install --save-dev ${PACKAGE} @opentelemetry/api, or send with --otlp-protocol http/json`
  let found: Transformer
  try {
    found = await load()
  } catch (error) {
    if (!/^(ERR_)?MODULE_NOT_FOUND$/.test(String((error as NodeJS.ErrnoException).code))) throw error
    throw new ConfigError(`protocol http/protobuf: it needs the package ${PACKAGE}, which is not installed: ${remedy}`)
  }
  if (found.ProtobufTraceSerializer === undefined || found.ProtobufMetricsSerializer === undefined)
    throw new ConfigError(`protocol http/protobuf: the ${PACKAGE} installed is older than 0.200: ${remedy}`)
  return found
}

function spansOf({ resourceSpans }: TracesRequest): SdkSpan[] {
  return resourceSpans.flatMap(({ resource: from, scopeSpans }) => {
    // The package groups spans by the identity of these.
    const resource = resourceOf(from)
    return scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => spanOf(span, resource, scope)))
  })
}

function spanOf(span: Span, resource: SdkResource, scope: SdkSpan['instrumentationScope']): SdkSpan {
  const { traceId, spanId, name, startTimeUnixNano, endTimeUnixNano, events, status } = span
  return {
    name,
    spanContext: () => ({ traceId, spanId, traceFlags: SAMPLED }),
    kind: CLIENT,
    startTime: timeOf(startTimeUnixNano),
    endTime: timeOf(endTimeUnixNano),
    duration: timeOf(String(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano))),
    ended: true,
    status: status ?? { code: UNSET },
    attributes: plain(span.attributes),
    events: events.map((event) => ({ name: event.name, time: timeOf(event.timeUnixNano) })),
    links: [],
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function metricsOf({ resourceMetrics: [all] }: MetricsRequest): SdkMetrics {
  const { resource, scopeMetrics } = all!
  return {
    resource: resourceOf(resource),
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(metricOf) })),
  }
}

function metricOf(metric: Metric): SdkMetric {
  const { name, unit, description } = metric
  const descriptor = { name, unit, description, valueType: 'sum' in metric ? INTEGER : DOUBLE }
  if ('gauge' in metric)
    return {
      descriptor,
      dataPointType: GAUGE,
      aggregationTemporality: CUMULATIVE,
      dataPoints: metric.gauge.dataPoints.map(({ timeUnixNano, asDouble, attributes }) => ({
        startTime: NEVER,
        endTime: timeOf(timeUnixNano),
        attributes: plain(attributes),
        value: asDouble,
      })),
    }
  if ('sum' in metric)
    return {
      descriptor,
      dataPointType: SUM,
      aggregationTemporality: CUMULATIVE,
      isMonotonic: true,
      dataPoints: metric.sum.dataPoints.map(({ startTimeUnixNano, timeUnixNano, asInt, attributes }) => ({
        startTime: timeOf(startTimeUnixNano),
        endTime: timeOf(timeUnixNano),
        attributes: plain(attributes),
        value: Number(asInt),
      })),
    }
  return {
    descriptor,
    dataPointType: HISTOGRAM,
    aggregationTemporality: CUMULATIVE,
    dataPoints: metric.histogram.dataPoints.map((point) => ({
      startTime: timeOf(point.startTimeUnixNano),
      endTime: timeOf(point.timeUnixNano),
      attributes: plain(point.attributes),
      value: {
        count: Number(point.count),
        sum: point.sum,
        buckets: { boundaries: [...point.explicitBounds], counts: point.bucketCounts.map(Number) },
        ...(point.min === undefined ? {} : { min: point.min }),
        ...(point.max === undefined ? {} : { max: point.max }),
      },
    })),
  }
}

/** Of a resource nothing but its attributes is encoded; the rest of its interface serves who collects. */
function resourceOf({ attributes }: Resource): SdkResource {
  return { attributes: plain(attributes) } as SdkResource
}

function plain(attributes: readonly Attribute[]): SdkSpan['attributes'] {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]))
}

function plainValue(value: AnyValue): string | number | string[] {
  if ('stringValue' in value) return value.stringValue
  if ('intValue' in value) return Number(value.intValue)
  return 'doubleValue' in value ? value.doubleValue : value.arrayValue.values.map(({ stringValue }) => stringValue)
}

/** Seconds and nanoseconds. */
function timeOf(unixNano: string): SdkTime {
  const nanoseconds = BigInt(unixNano)
  return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)]
}

/** Written as 0, which says that there is no such time. */
const NEVER: SdkTime = [0, 0]

/** The numbers of OpenTelemetry's API and SDK, which are not those of the protocol. */
const SAMPLED = 1
const CLIENT = 2
const UNSET = 0
const INTEGER = 0
const DOUBLE = 1
const CUMULATIVE = 1
const HISTOGRAM = 0
const GAUGE = 2
const SUM = 3
