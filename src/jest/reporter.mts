/** The reporter: prints the tables of each perf test, writes them as Markdown, and a summary of them all. */
import { relative } from 'node:path'
import { type Finding, writeSummary } from '../doors/index.ts'
import type { JestConfigs, JestFileResult } from './jest.ts'
import { recordsOf } from './records.ts'
import { showRecord } from './shown.ts'

export default class PerfgateReporter {
  readonly #rootDir: string
  #found: Finding[] = []

  constructor(globalConfig: JestConfigs['globalConfig']) {
    this.#rootDir = globalConfig.rootDir
  }

  /** In watch mode each run has its own summary. */
  onRunStart(): void {
    this.#found = []
  }

  onTestResult(_test: unknown, { testFilePath, testResults }: JestFileResult): void {
    const file = relative(this.#rootDir, testFilePath)
    for (const testCase of testResults) {
      const name = [...testCase.ancestorTitles, testCase.title].join(' > ')
      for (const record of recordsOf(testCase)) {
        showRecord(file, name, record)
        this.#found.push(record)
      }
    }
  }

  async onRunComplete(): Promise<void> {
    try {
      await writeSummary(this.#found, process.env['GITHUB_STEP_SUMMARY'])
    } catch (error) {
      process.stderr.write(`perfgate: the summary was not written: ${(error as Error).message}\n`)
    }
  }
}
