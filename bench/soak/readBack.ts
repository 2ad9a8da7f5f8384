/** What a result DB holds, counted and summed by SQLite itself. */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

export interface ReadBack {
  rows: number
  /** The indices are 0 to rows − 1, each once. */
  isGapless: boolean
  outputTokens: number
  /** Failed requests without a cause. */
  withoutCause: number
  /** Answers of which no text was kept. */
  emptyTexts: number
  /** Of the file. */
  bytes: number
}

/** @throws Error when SQLite finds the file damaged */
export function readBack(path: string): ReadBack {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const check = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check']
    if (check !== 'ok') throw new Error(`${path}: ${check}`)
    const sums = db
      .prepare(
        `SELECT count(*) AS n, count(DISTINCT request_index) AS indices, min(request_index) AS least,
           max(request_index) AS most, coalesce(sum(completion_tokens), 0) AS tokens,
           sum(coalesce(length(response_messages), 0) = 0) AS empty, sum(success = 0 AND cause IS NULL) AS without_cause
         FROM result`,
      )
      .get() as Record<string, number>
    const rows = sums['n']!
    return {
      rows,
      isGapless: sums['indices'] === rows && (rows === 0 || (sums['least'] === 0 && sums['most'] === rows - 1)),
      outputTokens: sums['tokens']!,
      withoutCause: sums['without_cause']!,
      emptyTexts: sums['empty']!,
      bytes: statSync(path).size,
    }
  } finally {
    db.close()
  }
}

/** Most requests that were open at the same moment, by their own times. */
export function mostInFlight(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const row = db
      .prepare(
        `SELECT max(open) AS most FROM (
           SELECT sum(change) OVER (ORDER BY at, change ROWS UNBOUNDED PRECEDING) AS open FROM (
             SELECT start_time AS at, 1 AS change FROM result UNION ALL SELECT completed_time, -1 FROM result))`,
      )
      .get()
    return Number(row?.['most'] ?? 0)
  } finally {
    db.close()
  }
}
