/** The record of one finished request: what load threads make, and figures, store and reports read. */
export { FAILURE_CAUSES, type FailureCause } from './causes.ts'
export { NOTE, NoteCounter, type NoteName, noteBits, noteNames, readNotes } from './notes.ts'
export {
  answersOf,
  BatchWriter,
  C,
  CHOICE_SEPARATOR,
  causeOf,
  FLAG_INPUT_ESTIMATED,
  FLAG_OUTPUT_ESTIMATED,
  FLAG_WARMUP,
  FLAG_WHOLE,
  gapErrorsOf,
  gapsOf,
  ROW,
  readTpot,
  type SampleBatch,
  spanTokens,
  textOf,
} from './sample.ts'
