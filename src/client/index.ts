/** One request on the wire: connection, stream decoding, stamps, failure causes, and the sample it leaves. */
export { FAILURE_CAUSES, type FailureCause } from './causes.ts'
export { classifyError, classifyStatus } from './classify.ts'
export { Connection, type ConnectionListener, type Order, type Target } from './connection.ts'
export { EventTemplate } from './eventTemplate.ts'
export {
  BatchWriter,
  batchBuffers,
  C,
  type Column,
  causeOf,
  FLAG_INPUT_ESTIMATED,
  FLAG_OUTPUT_ESTIMATED,
  FLAG_WARMUP,
  gapsOf,
  ROW,
  type SampleBatch,
  TEXTS,
  textOf,
} from './sample.ts'
export { SseDecoder, type SseListener } from './sse.ts'
