/** What a perf test has measured, on its result as Jest hands it to reporters. */
import type { PerfRecord } from '../doors/index.ts'
import type { JestCaseResult } from './jest.ts'

/** Plain JSON, as a result comes from another process. */
interface Reported extends JestCaseResult {
  perfgate?: { records: PerfRecord[] }
}

export function attachRecords(testCase: JestCaseResult, records: PerfRecord[] | undefined): void {
  if (records !== undefined) (testCase as Reported).perfgate = { records }
}

export function recordsOf(testCase: JestCaseResult): readonly PerfRecord[] {
  return (testCase as Reported).perfgate?.records ?? []
}
