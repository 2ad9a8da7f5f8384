/** Reads the target's own record of a run: what truly happened, to check a client's figures against. */
import { readFileSync } from 'node:fs'

/** One answered request; microseconds of the monotonic clock, the one of `process.hrtime`. */
export interface TruthRow {
  /** The `id` in each event of the answer. */
  id: string
  /** When the whole request had been read. */
  receivedUs: number
  /** When the first content event was written; the role-only one does not count. */
  firstWriteUs: number
  lastWriteUs: number
}

/** Rows in the order in which answers ended. Call it after the target is closed. */
export function readTruth(file: string): TruthRow[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  lines.pop()
  return lines.map((line) => JSON.parse(line) as TruthRow)
}
