/** The messages of the OpenTelemetry Protocol that we write, in its JSON encoding: 64-bit whole numbers are texts. */

/** An export request of traces. */
export interface TracesRequest {
  resourceSpans: { resource: Resource; scopeSpans: { scope: Scope; spans: Span[] }[] }[]
}

/** An export request of metrics. */
export interface MetricsRequest {
  resourceMetrics: { resource: Resource; scopeMetrics: { scope: Scope; metrics: Metric[] }[] }[]
}

export interface Resource {
  attributes: Attribute[]
}

export interface Scope {
  name: string
  version: string
}

export interface Attribute {
  key: string
  value: AnyValue
}

export type AnyValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: { stringValue: string }[] } }

export interface Span {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
  name: string
  kind: typeof CLIENT_SPAN
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  events: { timeUnixNano: string; name: string }[]
  status?: { code: typeof ERROR; message: string }
}

export type Metric = { name: string; description: string; unit: string } & (
  | { gauge: { dataPoints: GaugePoint[] } }
  | { sum: { aggregationTemporality: typeof CUMULATIVE; isMonotonic: true; dataPoints: SumPoint[] } }
  | { histogram: { aggregationTemporality: typeof CUMULATIVE; dataPoints: HistogramPoint[] } }
)

export interface GaugePoint {
  timeUnixNano: string
  asDouble: number
  attributes: Attribute[]
}

export interface SumPoint extends Period {
  asInt: string
  attributes: Attribute[]
}

export interface HistogramPoint extends Period {
  count: string
  sum: number
  /** One more than there are bounds. */
  bucketCounts: string[]
  explicitBounds: readonly number[]
  min?: number
  max?: number
  attributes: Attribute[]
}

export interface Period {
  startTimeUnixNano: string
  timeUnixNano: string
}

export const CLIENT_SPAN = 3
export const ERROR = 2
export const CUMULATIVE = 2
