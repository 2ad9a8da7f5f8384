/** What passes between a perf test and its framework: each door fills in the host, nothing here knows which one. */
import type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'
import type { RunProgress } from '../run/index.ts'
import type { Figure } from './figures.ts'

/** What a perf test found. */
export type Finding =
  | { kind: 'result'; result: Result }
  | { kind: 'comparison'; result: ComparisonResult }
  | { kind: 'capacity'; result: CapacityResult }

/**
 * What was found, and its figures by name for reports that take names and values: plain JSON, which crosses to another
 * process unchanged.
 */
export type PerfRecord = Finding & {
  figures: Figure[]
  /** Of a sweep: which level of load this is. */
  level?: string | undefined
}

/** What a test framework gives a perf test while it runs. */
export interface Host {
  /** The test's full name, which its results and their files are called by. */
  readonly name: string
  /** Aborted when the test is given up: no more is sent, and what was measured is still recorded. */
  readonly signal: AbortSignal
  /** Where results go when the scenario does not say. */
  readonly outputsDir: string | null | undefined
  /** Something the user should know, in a few lines. */
  say(text: string): void
  /** Told ten times a second how far the load is, and at its end, without progress, that it is over. */
  progress?(progress: RunProgress | undefined): void
  /**
   * Told how many conditions are judged, met or not: each is an assertion to a framework that asks for some.
   * Absent where the framework counts none.
   */
  assert?(count: number): void
  /** Told where this test's results go, before there are any. */
  keeps?(folder: string): void
  /** Takes what was measured: for the framework's own reports, the terminal and the files. */
  record(record: PerfRecord): void | Promise<void>
  /** Ends the test as skipped, by throwing what the framework throws for that. */
  skip(reason: string): never
}
