/** What a perf test has measured, on its result as Jest hands it to reporters. */
import { type PerfRecord, summaryFigure } from '../doors/index.ts'
import type { JestCaseResult } from './jest.ts'

/** Plain JSON, as a result comes from another process. */
interface Reported extends JestCaseResult {
  perfgate?: Kept
}

/** What the environment knows of one test. */
export interface Kept {
  records: PerfRecord[]
  /** Where its results go, also those of a load that was never sent. */
  outputsDir?: string
  /** Why it was skipped while it ran. */
  skipped?: string
}

export function attachRecords(testCase: JestCaseResult, kept: Kept | undefined): void {
  if (kept === undefined) return
  const records = kept.records.map((record) => ({ ...record, figures: [summaryFigure(record), ...record.figures] }))
  ;(testCase as Reported).perfgate = { ...kept, records }
}

export function recordsOf(testCase: JestCaseResult): Kept {
  return (testCase as Reported).perfgate ?? { records: [] }
}
