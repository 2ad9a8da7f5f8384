/** OpenTelemetry's own encoder, an optional peer: spans and metrics in the shapes of its SDK become OTLP. */
import { ConfigError } from '../../../config/index.ts'

const PACKAGE = '@opentelemetry/otlp-transformer'

export type Transformer = typeof import('@opentelemetry/otlp-transformer')
export type Span = Parameters<Transformer['JsonTraceSerializer']['serializeRequest']>[0][number]
export type Metrics = Parameters<Transformer['JsonMetricsSerializer']['serializeRequest']>[0]
export type Metric = Metrics['scopeMetrics'][number]['metrics'][number]
export type Resource = Metrics['resource']
export type Attributes = Span['attributes']
/** Seconds and nanoseconds. */
export type Time = Span['startTime']

/** The numbers of OpenTelemetry's API and SDK, which are not those of the protocol. */
export const SDK = {
  sampled: 1,
  client: 2,
  unset: 0,
  error: 2,
  integer: 0,
  double: 1,
  cumulative: 1,
  histogram: 0,
  gauge: 2,
  sum: 3,
} as const

/**
 * @param load stands in for the package in tests
 * @throws ConfigError that says what to install, where the package is missing or too old
 */
export async function loadTransformer(
  load: () => Promise<Transformer> = () => import('@opentelemetry/otlp-transformer'),
): Promise<Transformer> {
  const remedy = `run npm install --save-dev ${PACKAGE} @opentelemetry/api`
  let found: Transformer
  try {
    found = await load()
  } catch (error) {
    if (!/^(ERR_)?MODULE_NOT_FOUND$/.test(String((error as NodeJS.ErrnoException).code))) throw error
    throw new ConfigError(`format otlp needs the package ${PACKAGE}, which is not installed; ${remedy}`)
  }
  if (found.JsonTraceSerializer === undefined || found.ProtobufTraceSerializer === undefined)
    throw new ConfigError(`format otlp needs ${PACKAGE} 0.200 or later; ${remedy}`)
  return found
}

/** A serializer's bytes. @throws Error where it made none */
export function encoded(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error(`${PACKAGE} could not encode a request`)
  return bytes
}
