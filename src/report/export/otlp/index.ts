/** OpenTelemetry, sent to a collector or in files: an export request of metrics, and lines of export requests of traces. */
import type { ReportRun } from '../../runSet.ts'
import type { ExportFormat } from '../format.ts'
import { metricsOf, spanBatches } from './signals.ts'
import { encoded, loadTransformer, type Transformer } from './transformer.ts'

export { type OtlpTarget, sendOtlp } from './send.ts'

export const otlp: ExportFormat = {
  name: 'otlp',
  description: 'OpenTelemetry: metrics, and a span for each request; --endpoint sends them',
  joins: false,
  needsRequests: true,
  async write([run]) {
    const { JsonMetricsSerializer: metrics, JsonTraceSerializer: traces } = await loadTransformer()
    return [
      { ending: '.otlp-metrics.json', content: lineOf(metrics.serializeRequest(metricsOf(run!))) },
      { ending: '.otlp-traces.jsonl', content: traceLines(run!, traces) },
    ]
  },
}

/** One export request a line, as a collector's file exporter writes and its file receiver reads them. */
function* traceLines(run: ReportRun, traces: Transformer['JsonTraceSerializer']): Generator<string> {
  for (const spans of spanBatches(run)) yield lineOf(traces.serializeRequest(spans))
}

function lineOf(bytes: Uint8Array | undefined): string {
  return `${Buffer.from(encoded(bytes)).toString()}\n`
}
