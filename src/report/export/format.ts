/** What a format of `perfgate export` is. */
import type { ReportRun, ReportSet } from '../reportRun.ts'

/** Comparisons and capacity searches are in formats that have a place for their verdicts. */
export interface ExportOptions extends Pick<ReportSet, 'comparisons' | 'capacities'> {
  /** Runs that these are compared with, in formats that compare. */
  base: readonly ReportRun[]
  /** What was given to compare with and holds no results, in words. */
  baseMissing?: string | undefined
}

export interface ExportedFile {
  /** Added to the name of the run, or of the set; may name a file within a folder. */
  ending: string
  /** Written piece by piece where it is long. */
  content: string | Uint8Array | Iterable<string>
}

export interface ExportFormat {
  readonly name: string
  /** One line for the help. */
  readonly description: string
  /** True: one output over all runs given; false: one for each. */
  readonly joins: boolean
  /** True: nothing can be written without the rows of a result DB. */
  readonly needsRequests: boolean
  /** @throws ConfigError when the runs do not have what is asked for */
  write(runs: readonly ReportRun[], options: ExportOptions): ExportedFile[] | Promise<ExportedFile[]>
}
