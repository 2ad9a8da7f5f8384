/** Reads a result DB: finished, still being written, or left behind by a run that was killed. Never writes to it. */
import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from './sqlite.ts'
import { StoreError } from './store.ts'
import { COLUMN_NAMES, COLUMN_TYPES, DB_VERSION } from './table.ts'

/** One row of table `result`; times of day are Unix seconds, durations seconds, NULL what was not measured. */
export type StoredRequest = Record<(typeof COLUMN_NAMES)[number], number | string | null>

export interface ReadOptions {
  /** Leave the columns of texts out: request, response_messages, inter_token_latencies, inter_token_errors are then null. */
  withoutTexts?: boolean
  /** Only the request of this index. */
  index?: number
}

export interface ResultReader {
  readonly path: string
  /** What the run noted of itself: config, environment, startedAt, level, endpoint, and at its end the result. */
  readonly facts: Readonly<Record<string, unknown>>
  /** False while the run goes on, and for one that was killed. */
  readonly finished: boolean
  count(): number
  /** In the order in which they finished. */
  requests(options?: ReadOptions): Generator<StoredRequest>
  close(): void
}

const TEXT_COLUMNS: ReadonlySet<string> = new Set([
  'request',
  'response_messages',
  'inter_token_latencies',
  'inter_token_errors',
])

/**
 * Opens a result DB to read it. One that is being written can be read at the same time.
 *
 * @throws StoreError when it is not there, empty, damaged, not one of ours, or of a newer perfgate
 */
export function readResultDb(path: string): ResultReader {
  if (!existsSync(path)) throw unreadable(path, 'there is no such file')
  if (!statSync(path).isFile()) throw unreadable(path, 'it is not a file')
  if (statSync(path).size === 0 && !existsSync(`${path}-wal`))
    throw unreadable(path, 'it is empty: its run has not begun to measure, or ended before it did')
  return guarded(path, () => {
    const db = new DatabaseSync(path, { readOnly: true, timeout: 2000 })
    try {
      const present = checkedColumns(db, path)
      const facts = readFacts(db, path)
      return {
        path,
        facts,
        finished: 'result' in facts || isComparison(facts['comparison']),
        count: () => guarded(path, () => Number(db.prepare('SELECT count(*) AS n FROM result').get()!['n'])),
        requests: (options = {}) => rows(db, path, present, options),
        close: () => db.close(),
      }
    } catch (error) {
      db.close()
      throw error
    }
  })
}

/** A column that an older version did not have reads as NULL. */
function checkedColumns(db: DatabaseSync, path: string): ReadonlySet<string> {
  const version = Number(db.prepare('PRAGMA user_version').get()!['user_version'])
  const present = new Set(
    db
      .prepare('PRAGMA table_info(result)')
      .all()
      .map(({ name }) => String(name)),
  )
  if (present.size === 0) throw unreadable(path, 'it is a SQLite file without the table "result", not a result DB')
  if (version === 0)
    throw unreadable(
      path,
      'it was not written by perfgate (EvalScope keeps pickled Python objects, which are not read)',
    )
  if (version > DB_VERSION)
    throw unreadable(
      path,
      `it has schema version ${version}, this perfgate reads up to ${DB_VERSION}; install a newer one`,
    )
  requirePlainTables(db, path)
  return present
}

/** A view or a virtual table may compute for ever, or read what is no result. */
function requirePlainTables(db: DatabaseSync, path: string): void {
  const find = db.prepare('SELECT type, sql FROM sqlite_schema WHERE name = ?')
  for (const name of ['result', 'run']) {
    const { type, sql } = find.get(name) ?? {}
    if (type === undefined) throw unreadable(path, `it has no table "${name}", so it is not a result DB`)
    if (type !== 'table' || !/^CREATE TABLE\b/i.test(String(sql)))
      throw unreadable(path, `"${name}" in it is not a plain table, so perfgate did not write it`)
  }
}

function readFacts(db: DatabaseSync, path: string): Record<string, unknown> {
  return Object.fromEntries(
    db
      .prepare('SELECT key, value FROM run')
      .all()
      .map(({ key, value }) => {
        if (typeof value !== 'string') throw unreadable(path, `the fact "${String(key)}" about its run is not JSON`)
        return [String(key), JSON.parse(value) as unknown]
      }),
  )
}

/** At first the DB of a side has the plan of its comparison there, at the end its result. */
function isComparison(fact: unknown): boolean {
  return typeof fact === 'object' && fact !== null && 'kind' in fact
}

function* rows(
  db: DatabaseSync,
  path: string,
  present: ReadonlySet<string>,
  { withoutTexts = false, index }: ReadOptions,
): Generator<StoredRequest> {
  const columns = COLUMN_NAMES.map((name) =>
    present.has(name) && !(withoutTexts && TEXT_COLUMNS.has(name)) ? name : `NULL AS ${name}`,
  )
  const where = index === undefined ? '' : ' WHERE request_index = ?'
  try {
    const statement = db.prepare(`SELECT ${columns.join(', ')} FROM result${where} ORDER BY rowid`)
    for (const row of index === undefined ? statement.iterate() : statement.iterate(index)) yield checkedRow(row, path)
  } catch (error) {
    throw inOurWords(path, error)
  }
}

/** SQLite holds any kind of value in any column. @throws StoreError naming the column whose value is not of its type */
function checkedRow(row: Record<string, unknown>, path: string): StoredRequest {
  for (const name of COLUMN_NAMES) {
    const value = row[name]
    const isRight = value === null || typeof value === (COLUMN_TYPES[name] === 'TEXT' ? 'string' : 'number')
    if (!isRight)
      throw unreadable(
        path,
        `column "${name}" of request ${String(row['request_index'])} is ${kindOf(value)}, not ${COLUMN_TYPES[name]}`,
      )
  }
  return row as StoredRequest
}

function kindOf(value: unknown): string {
  return ArrayBuffer.isView(value) ? 'a BLOB' : `a ${typeof value}`
}

/**
 * Seconds between the tokens of a row; empty where they were not kept.
 *
 * @throws StoreError when they are no list of numbers
 */
export function readGaps(row: StoredRequest): number[] {
  return readNumbers(row, 'inter_token_latencies')
}

/**
 * Seconds by which the end of each gap may be too late; empty where all are right, or were not kept.
 *
 * @throws StoreError when they are no list of numbers
 */
export function readGapErrors(row: StoredRequest): number[] {
  return readNumbers(row, 'inter_token_errors')
}

function readNumbers(row: StoredRequest, column: 'inter_token_latencies' | 'inter_token_errors'): number[] {
  try {
    const list: unknown = JSON.parse(String(row[column] ?? '[]'))
    if (Array.isArray(list) && list.every((one) => typeof one === 'number')) return list
  } catch {
    // Told below, like JSON that is no such list.
  }
  throw new StoreError(`result DB, request ${row.request_index}: column "${column}" is not a JSON list of numbers`)
}

function guarded<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw inOurWords(path, error)
  }
}

function inOurWords(path: string, error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string }
  if (error instanceof SyntaxError) return unreadable(path, `a fact about its run is not JSON: ${message}`)
  if (code === 'ERR_OUT_OF_RANGE') return unreadable(path, `it holds a number that is too large: ${message}`)
  if (code !== 'ERR_SQLITE_ERROR') return error
  return unreadable(
    path,
    /not a database|malformed|disk image|no such table/.test(message ?? '')
      ? `it is damaged or not a result DB (SQLite: ${message})`
      : `SQLite: ${message}`,
  )
}

function unreadable(path: string, why: string): StoreError {
  return new StoreError(`result DB ${path}: ${why}`)
}
