/** The result DB: one row per request, on disk while the run goes on. */
export { fileName, reservePath } from './path.ts'
export { type ReadOptions, type ResultReader, readResultDb, type StoredRequest } from './reader.ts'
export { ResultStore, StoreError } from './store.ts'
export { COLUMN_NAMES, COLUMN_TYPES, DB_VERSION } from './table.ts'
