/** The result DB: one row per request, on disk while the run goes on. */
export {
  appendHistory,
  type Baseline,
  baselineNames,
  type HistoryRecord,
  readBaseline,
  readHistory,
  readResults,
  writeBaseline,
} from './baselines.ts'
export {
  fileName,
  isAlive,
  makeFolder,
  type Owner,
  ownProcess,
  requireWritable,
  reservePath,
  timestamp,
  writeWholeFile,
} from './files.ts'
export { addFacts, completeResultDb, type JoinedPart, joinResultDbs } from './join.ts'
export { machineFolder, readMachineFile, sweepMachineFolder, writeMachineFile } from './machineFolder.ts'
export { type ReadOptions, type ResultReader, readGaps, readResultDb, type StoredRequest } from './reader.ts'
export { prepareStoreThread, ResultStore, StoreError } from './store.ts'
export { COLUMN_NAMES, COLUMN_TYPES } from './table.ts'
