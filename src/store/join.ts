/** Joins the rows of several result DBs in a new one, on one clock. */
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from './store.ts'
import { COLUMN_NAMES, CREATE } from './table.ts'

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
