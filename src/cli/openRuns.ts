/** Runs from files, with their requests at hand until they are closed. */
import type { ReportRun } from '../report/reportRun.ts'
import { readRuns } from '../run/index.ts'
import { type ResultReader, readResultDb } from '../store/index.ts'

export interface OpenRuns {
  list: ReportRun[]
  close(): void
}

/** @throws ConfigError when a file is not a result, StoreError when a DB cannot be read */
export function openRuns(paths: readonly string[]): OpenRuns {
  const readers: ResultReader[] = []
  const list = inOrderOfLoad(
    readRuns(paths).map(({ result, dbPath }): ReportRun => {
      if (dbPath === undefined) return { result, requests: undefined }
      const reader = readResultDb(dbPath)
      readers.push(reader)
      return { result, requests: reader.requests }
    }),
  )
  return {
    list,
    close: () => {
      for (const reader of readers) reader.close()
    },
  }
}

/** The levels of a sweep come in the order of their load, however the shell sorted their names. */
function inOrderOfLoad(runs: ReportRun[]): ReportRun[] {
  if (new Set(runs.map(({ result }) => result.name)).size > 1) return runs
  const rate = ({ result }: ReportRun): number => Number(result.config['rate'] ?? 0)
  const concurrency = ({ result }: ReportRun): number => result.summary.concurrency ?? Number.MAX_SAFE_INTEGER
  return runs.toSorted((a, b) => rate(a) - rate(b) || concurrency(a) - concurrency(b))
}
