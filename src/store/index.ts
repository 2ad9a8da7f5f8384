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
export { completeResultDb } from './complete.ts'
export { makeFolder } from './folder.ts'
export { addFacts, type JoinedPart, joinResultDbs } from './join.ts'
export { isAlive, type Owner, ownProcess } from './owner.ts'
export { fileName, reservePath, timestamp } from './path.ts'
export { type ReadOptions, type ResultReader, readGaps, readResultDb, type StoredRequest } from './reader.ts'
export { ResultStore, StoreError } from './store.ts'
export { prepareStoreThread } from './storeThreads.ts'
export { COLUMN_NAMES, COLUMN_TYPES } from './table.ts'
export { userFile } from './userFile.ts'
export { writeWholeFile } from './wholeFile.ts'
export { requireWritable } from './writable.ts'
