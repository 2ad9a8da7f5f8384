/** Results from files, with their requests at hand until they are closed. */
import { basename } from 'node:path'
import { type Recorded, type ResultReader, readRecorded, readResultDb } from '../records/index.ts'
import type { ReportRun, ReportSet } from '../report/runSet.ts'

export interface OpenRuns extends ReportSet {
  close(): void
}

/** @throws ConfigError when a file is not a result, StoreError when a DB cannot be read */
export function openRuns(paths: readonly string[]): OpenRuns {
  const readers: ResultReader[] = []
  const recorded = readRecorded(paths)
  const runs = recorded.runs.map(({ result, dbPath }): ReportRun => {
    const isPart = belongsToAnother(result, dbPath, recorded)
    if (dbPath === undefined) return { result, requests: undefined, isPart }
    const reader = readResultDb(dbPath)
    readers.push(reader)
    return { result, requests: reader.requests, isPart }
  })
  return {
    runs: inOrderOfLoad(runs),
    comparisons: recorded.comparisons,
    capacities: recorded.capacities,
    close: () => {
      for (const reader of readers) reader.close()
    },
  }
}

function belongsToAnother(
  { name, config }: ReportRun['result'],
  dbPath: string | undefined,
  { comparisons, capacities }: Recorded,
): boolean {
  const sides = comparisons.flatMap(({ baseline, candidate }) => [baseline.resultDbPath, candidate.resultDbPath])
  const isSide = dbPath !== undefined && sides.some((side) => side !== null && basename(side) === basename(dbPath))
  return isSide || (config['slaAutoTune'] === true && capacities.some((capacity) => capacity.name === name))
}

/** The levels of a sweep come in the order of their load, however the shell sorted their names. */
function inOrderOfLoad(runs: ReportRun[]): ReportRun[] {
  if (new Set(runs.map(({ result }) => result.name)).size > 1) return runs
  const rate = ({ result }: ReportRun): number => Number(result.config['rate'] ?? 0)
  const concurrency = ({ result }: ReportRun): number => result.summary.concurrency ?? Number.MAX_SAFE_INTEGER
  return runs.toSorted((a, b) => rate(a) - rate(b) || concurrency(a) - concurrency(b))
}
