/** OpenTelemetry's own encoder, an optional peer: spans and metrics in the shapes of its SDK become OTLP, and answers text. */
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

/**
 * The text of a `google.rpc.Status` (https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto), in
 * which field 2 is the message; the plain text where it is none.
 */
export function statusMessage(bytes: Uint8Array): string {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; at < bytes.length; shift *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * shift
      if (byte < 128) break
    }
    return value
  }
  while (at < bytes.length) {
    const tag = varint()
    const wire = tag & 7
    if (wire === 0) varint()
    else if (wire === 2) {
      const end = varint() + at
      if (end > bytes.length) break
      if (tag >>> 3 === 2) return Buffer.from(bytes.subarray(at, end)).toString()
      at = end
    } else break
  }
  return at === bytes.length ? '' : Buffer.from(bytes).toString()
}
