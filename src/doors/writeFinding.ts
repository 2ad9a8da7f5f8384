/** The files of a finding beside its result DB. */
import { writeFileSync } from 'node:fs'
import { renderJson } from '../report/index.ts'
import type { Result } from '../result/index.ts'
import { writeTables } from './files.ts'
import type { Finding } from './record.ts'

/**
 * Writes the tables as Markdown beside the result DB, and the JSON where it is not there yet.
 *
 * @throws the file system's error when the folder cannot be written to
 */
export function writeFinding(finding: Finding): void {
  const incomplete = writeTables(finding)
  if (incomplete !== undefined) writeJson(incomplete)
}

/** @throws the file system's error when the folder cannot be written to */
export function writeJson(result: Result): void {
  const db = result.summary.resultDbPath
  if (db !== null) writeFileSync(`${db.replace(/\.db$/, '')}.json`, renderJson(result))
}
