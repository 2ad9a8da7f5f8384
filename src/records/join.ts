/** Result DBs after their runs: one that was left behind is completed, several are joined on one clock. */
import { DatabaseSync } from './sqlite.ts'
import { StoreError } from './store.ts'
import { COLUMN_NAMES, CREATE } from './table.ts'

const SQLITE_BUSY = 5
/** Waited for a reader, such as `perfgate view`, to let go of the file. */
const PATIENCE_MS = 2000

/**
 * Checks the DB, moves what is in its write-ahead log into the file itself, and adds facts.
 *
 * @throws StoreError when it is damaged, cannot be written, or is open elsewhere, as that of a run that goes on is
 */
export function completeResultDb(path: string, facts: Readonly<Record<string, unknown>>): void {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { timeout: PATIENCE_MS })
    const [found] = db.prepare('PRAGMA integrity_check(1)').all()
    if (found?.['integrity_check'] !== 'ok')
      throw new StoreError(`${path}: it is damaged: ${found?.['integrity_check']}`)
    // Needs the file for itself: SQLite's lock, which ends with its owner, tells whether the run goes on.
    db.exec('PRAGMA journal_mode = DELETE')
    const insert = db.prepare('INSERT OR REPLACE INTO run (key, value) VALUES (?, ?)')
    for (const [key, value] of Object.entries(facts)) insert.run(key, JSON.stringify(value))
  } catch (error) {
    if (error instanceof StoreError) throw error
    const { errcode, message } = error as { errcode?: number; message: string }
    throw new StoreError(
      errcode === SQLITE_BUSY
        ? `${path}: another program has it open; is its run still going on? End that first`
        : `${path}: cannot be completed (SQLite: ${message})`,
    )
  } finally {
    db?.close()
  }
}

export interface JoinedPart {
  path: string
  /** Added to its times of day. */
  offsetSeconds: number
  /** From 0, of so many: load threads are numbered anew, so that no two have the same number. */
  index: number
  count: number
}

const TIMES = new Set(['start_time', 'completed_time', 'scheduled_time'])

/**
 * @param path a new file, or an empty one
 * @throws StoreError when a DB cannot be read or the new one not written
 */
export function joinResultDbs(path: string, parts: readonly JoinedPart[]): void {
  attempt(path, (db) => {
    db.exec(CREATE)
    db.exec('CREATE TEMP TABLE gathered AS SELECT * FROM result WHERE false')
    // One after another: SQLite attaches ten files at most.
    for (const part of parts) {
      db.prepare('ATTACH ? AS part').run(part.path)
      db.prepare(`INSERT INTO gathered (${COLUMN_NAMES.join(', ')}) ${selection(db)}`).run({
        offset: part.offsetSeconds,
        count: part.count,
        shard: part.index,
      })
      db.exec('DETACH part')
    }
    // In the order in which they finished, as a run has them.
    db.exec('INSERT INTO result SELECT * FROM gathered ORDER BY completed_time, rowid')
    db.exec('DROP TABLE gathered')
  })
}

/** Adds what is to be said of the whole. @throws StoreError when the DB cannot be written */
export function addFacts(path: string, facts: Readonly<Record<string, unknown>>): void {
  attempt(path, (db) => {
    const insert = db.prepare('INSERT OR REPLACE INTO run (key, value) VALUES (?, ?)')
    for (const [key, value] of Object.entries(facts)) insert.run(key, JSON.stringify(value))
  })
}

/** A column that an older version did not have is NULL. All three parameters are always bound. */
function selection(db: DatabaseSync): string {
  const present = new Set(
    db
      .prepare('PRAGMA part.table_info(result)')
      .all()
      .map(({ name }) => String(name)),
  )
  const values = COLUMN_NAMES.map((name) => {
    if (!present.has(name)) return 'NULL'
    if (TIMES.has(name)) return `${name} + :offset`
    return name === 'worker' ? 'worker * :count + :shard' : name
  })
  return `SELECT ${values.join(', ')} FROM part.result ORDER BY rowid`
}

function attempt(path: string, work: (db: DatabaseSync) => void): void {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    work(db)
  } catch (error) {
    throw new StoreError(`result DB ${path}: cannot be joined (SQLite: ${(error as Error).message})`)
  } finally {
    db?.close()
  }
}
