/** OpenTelemetry: what is exported, and how it is sent. */
export { otlp } from './format.ts'
export { type OtlpTarget, sendOtlp } from './send.ts'
