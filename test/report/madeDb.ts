/** A result DB made of given rows, as a run would have left it. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { COLUMN_NAMES, type StoredRequest } from '../../src/records/index.ts'
import { CREATE, INSERT } from '../../src/records/table.ts'
import { renderJson } from '../../src/report/index.ts'
import type { Result } from '../../src/result/index.ts'
import { PUBLISHED } from './publishedResult.ts'

export interface MadeDb {
  folder: string
  db: string
  json: string
  result: Result
}

/** @param result null: a run that has not ended; its DB has no result and there is no JSON */
export function madeDb(
  rows: readonly StoredRequest[],
  more: Partial<Result> | null = {},
  folder = mkdtempSync(join(tmpdir(), 'perfgate-db-')),
  name = 'made',
): MadeDb {
  const path = join(folder, `${name}.db`)
  const result: Result = { ...PUBLISHED, startedAt: '2025-11-24T16:00:00.000Z', ...more }
  result.summary = { ...result.summary, resultDbPath: path }
  const db = new DatabaseSync(path)
  db.exec(CREATE)
  const insert = db.prepare(INSERT)
  db.exec('BEGIN')
  for (const row of rows) insert.run(...COLUMN_NAMES.map((column) => row[column]))
  db.exec('COMMIT')
  const facts = {
    config: { model: 'qwen2.5', name: result.name },
    startedAt: result.startedAt,
    level: { parallel: 4, number: 100 },
    endpoint: result.endpoint.url,
    environment: result.environment,
    ...(more === null ? {} : { result }),
  }
  const fact = db.prepare('INSERT INTO run (key, value) VALUES (?, ?)')
  for (const [key, value] of Object.entries(facts)) fact.run(key, JSON.stringify(value))
  db.close()
  const json = join(folder, `${name}.json`)
  if (more !== null) writeFileSync(json, renderJson(result))
  return { folder, db: path, json, result }
}
