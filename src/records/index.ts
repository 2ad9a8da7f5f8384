/** Records of runs: the result DB, written while a run goes on, read, recovered and merged; results; baselines. */
export { againstBaseline, type BaselineRequest, compareWith } from './againstBaseline.ts'
export {
  appendHistory,
  type Baseline,
  baselineNames,
  type ComparableHistory,
  comparableHistory,
  type HistoryRecord,
  historyRecord,
  readBaseline,
  readHistory,
  readResults,
  writeBaseline,
} from './baselines.ts'
export { environment, packageVersion, readEnvironment } from './environment.ts'
export {
  fileName,
  isAlive,
  makeFolder,
  type Owner,
  ownProcess,
  requireWritable,
  reservePath,
  timestamp,
  userFile,
  writeWholeFile,
} from './files.ts'
export { type MergeOptions, type MergeOutcome, mergeShards } from './merge.ts'
export { mendProgressFile, type ProgressStatus, writeProgress } from './progressFile.ts'
export { type ReadOptions, type ResultReader, readGaps, readResultDb, type StoredRequest } from './reader.ts'
export {
  type Recorded,
  type RecordedRun,
  type RunState,
  readJudged,
  readRecorded,
  readRunDb,
  readRuns,
} from './readRun.ts'
export { type Recovered, recoverRun } from './recover.ts'
export { DatabaseSync } from './sqlite.ts'
export { prepareStoreThread, ResultStore, StoreError } from './store.ts'
export { COLUMN_NAMES, COLUMN_TYPES } from './table.ts'
export { type ResultFacts, toResult } from './toResult.ts'
