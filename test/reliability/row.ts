/** A row of the table in docs/reliability.md: a fault, what is to come of it, and a run that shows it. */
import type { RequestTruth } from '../../fixtures/index.ts'

export interface FaultRow {
  /** First column: what goes wrong. */
  fault: string
  /** What is to come of it, as a user reads it. */
  expected: string
  /** Tries it. Throws where anything but the expected was seen. */
  run(bench: Bench): Promise<Tried>
}

export interface Tried {
  /** What came of it: nothing that differs from run to run, such as a port or a time. */
  seen: string
  /** Requests that met the fault. */
  times: number
}

/** What all rows share. */
export interface Bench {
  /** Of the embedded server in this process. */
  url: string
  /** What that server knows of its latest requests. */
  requests: readonly RequestTruth[]
  /** For files of the run; removed afterwards. */
  folder: string
}
