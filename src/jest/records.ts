/** What a perf test has measured, on its result as Jest hands it to reporters. */
import { type PerfRecord, summaryFigure } from '../doors/index.ts'
import type { JestCaseResult } from './jest.ts'

/** Plain JSON, as a result comes from another process. */
interface Reported extends JestCaseResult {
  perfgate?: { records: PerfRecord[] }
}

export function attachRecords(testCase: JestCaseResult, records: PerfRecord[] | undefined): void {
  if (records === undefined) return
  const summarised = records.map((record) => ({ ...record, figures: [summaryFigure(record), ...record.figures] }))
  ;(testCase as Reported).perfgate = { records: summarised }
}

export function recordsOf(testCase: JestCaseResult): readonly PerfRecord[] {
  return (testCase as Reported).perfgate?.records ?? []
}
