/** Reads a result DB: finished, still being written, or left behind by a run that was killed. Never writes to it. */
import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from './store.ts'
import { COLUMN_NAMES, DB_VERSION } from './table.ts'

/** One row of table `result`; times of day are Unix seconds, durations seconds, NULL what was not measured. */
export type StoredRequest = Record<(typeof COLUMN_NAMES)[number], number | string | null>

export interface ReadOptions {
  /** Leave the columns of texts out: request, response_messages, inter_token_latencies are then null. */
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

const TEXT_COLUMNS: ReadonlySet<string> = new Set(['request', 'response_messages', 'inter_token_latencies'])

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
      const facts = readFacts(db)
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
  return present
}

function readFacts(db: DatabaseSync): Record<string, unknown> {
  return Object.fromEntries(
    db
      .prepare('SELECT key, value FROM run')
      .all()
      .map(({ key, value }) => [String(key), JSON.parse(String(value)) as unknown]),
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
    yield* (index === undefined ? statement.iterate() : statement.iterate(index)) as Iterable<StoredRequest>
  } catch (error) {
    throw inOurWords(path, error)
  }
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
