/** What a perf test has measured: on its result as Jest hands it to reporters, in the terminal, and as files. */
import { resolve } from 'node:path'
import { fromHere } from '../../config/files/index.ts'
import { terminalStyle } from '../../report/index.ts'
import {
  type Finished,
  type PerfRecord,
  readTables,
  renderFinished,
  summaryFigure,
  type Tables,
  writeFinding,
} from '../index.ts'
import type { JestCaseResult, JestConfigs } from './internals.ts'

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

/** Prints a record on stderr, where Jest's own report is, and writes its files. */
export async function showRecord(record: PerfRecord, finished: Finished): Promise<void> {
  process.stderr.write(`${renderFinished(record, finished, terminalStyle(process.stderr))}\n`)
  try {
    await writeFinding(record)
  } catch (error) {
    // The test has its verdict: a folder that cannot be written to is no reason to fail the run.
    process.stderr.write(`perfgate: the tables were not written as Markdown: ${(error as Error).message}\n`)
  }
}

/** @throws ConfigError when `testEnvironmentOptions.tables` is none of its words */
export function tablesOf({
  testEnvironmentOptions,
}: Pick<JestConfigs['projectConfig'], 'testEnvironmentOptions'>): Tables | undefined {
  return readTables(testEnvironmentOptions['tables'])
}

/**
 * Where a project of Jest has results go. As the plugin for Vitest does it: short where it can be, as it is shown in the table as the way to the result DB.
 *
 * @returns undefined where the project does not say
 * @throws TypeError when it is no path
 */
export function outputsFolder({
  rootDir,
  testEnvironmentOptions,
}: Pick<JestConfigs['projectConfig'], 'rootDir' | 'testEnvironmentOptions'>): string | undefined {
  const { outputsDir } = testEnvironmentOptions
  if (outputsDir === undefined) return undefined
  if (typeof outputsDir !== 'string')
    throw new TypeError('perfgate/jest: testEnvironmentOptions.outputsDir: expected the path of a folder')
  return fromHere(resolve(rootDir, outputsDir))
}
