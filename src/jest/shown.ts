/** A record in the terminal and as files: on stderr, where Jest's own report is. */
import { type PerfRecord, renderFinding, writeFinding } from '../doors/index.ts'
import { terminalStyle } from '../report/index.ts'

/** @param file of the test, as it is to be shown */
export function showRecord(file: string, name: string, record: PerfRecord): void {
  process.stderr.write(`\n${file} > ${name}\n\n${renderFinding(record, terminalStyle(process.stderr))}\n\n`)
  try {
    writeFinding(record)
  } catch (error) {
    // The test has its verdict: a folder that cannot be written to is no reason to fail the run.
    process.stderr.write(`perfgate: the tables were not written as Markdown: ${(error as Error).message}\n`)
  }
}
