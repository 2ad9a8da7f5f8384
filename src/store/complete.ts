/** Completes a result DB that its run left behind: one sound, plain file with a result in it. */
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from './store.ts'

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
