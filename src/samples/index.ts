/** The record of one finished request: what load threads make, and figures, store and reports read. */
export { FAILURE_CAUSES, type FailureCause } from './causes.ts'
export {
  answersOf,
  BatchWriter,
  C,
  CHOICE_SEPARATOR,
  causeOf,
  FLAG_INPUT_ESTIMATED,
  FLAG_OUTPUT_ESTIMATED,
  FLAG_WARMUP,
  gapsOf,
  ROW,
  type SampleBatch,
  textOf,
} from './sample.ts'
