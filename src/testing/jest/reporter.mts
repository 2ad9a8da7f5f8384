/** The reporter: prints the tables of each perf test, writes them as Markdown, and a summary of the run. */
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { NOTHING_MEASURED, type ReportedTest, renderTestRun, stateOfError, type TestState } from '../../report/index.ts'
import { projectDefaults, renderUnfinished, reportSetOf, summaryFolders, writeSummary } from '../index.ts'
import type { JestCaseResult, JestConfigs, JestFile, JestFileResult, JestRunResult } from './internals.ts'
import { onInterruptedRun } from './interrupts.ts'
import { outputsFolder, recordsOf, showRecord, tablesOf } from './records.ts'

export default class PerfgateReporter {
  readonly #rootDir: string
  #tests: ReportedTest[] = []
  /** Up to now: those of files that have not run are not known. */
  #perfTests = 0
  readonly #folders = new Set<string>()
  readonly #announced = new Set<string>()
  /** Files that have begun and not ended. */
  readonly #running = new Map<string, ReportedTest>()
  #stopWatching: () => void = () => {}

  constructor(globalConfig: JestConfigs['globalConfig']) {
    this.#rootDir = globalConfig.rootDir
  }

  /** In watch mode each run has its own summary. */
  onRunStart(): void {
    this.#tests = []
    this.#perfTests = 0
    this.#folders.clear()
    this.#announced.clear()
    this.#running.clear()
    this.#stopWatching()
    this.#stopWatching = onInterruptedRun(() => this.#write(['interrupted'], true))
  }

  /** Until the run has ended, no earlier summary says that it passed. */
  onTestFileStart({ path, context: { config } }: JestFile): void {
    safely(() => {
      const place = { project: config.displayName?.name ?? '', file: relative(this.#rootDir, path) }
      this.#running.set(path, { ...place, name: '', state: 'interrupted', messages: [], measured: NOTHING_MEASURED })
      const folder = outputsFolder(config) ?? projectDefaults(config.rootDir)()?.values['outputsDir']
      if (folder !== undefined) this.#folders.add(String(folder))
      const fresh = summaryFolders(this.#folders, []).filter((one) => !this.#announced.has(one))
      for (const one of fresh) this.#announced.add(one)
      writeSummary(renderUnfinished(), fresh)
    })
  }

  async onTestResult({ context: { config } }: JestFile, result: JestFileResult): Promise<void> {
    const file = relative(this.#rootDir, result.testFilePath)
    const project = config.displayName?.name ?? ''
    const place = { project, file }
    this.#running.delete(result.testFilePath)
    const tables = tablesOf(config)
    this.#perfTests += result.testResults.filter((testCase) => recordsOf(testCase).records.length > 0).length
    for (const testCase of result.testResults) {
      const name = [...testCase.ancestorTitles, testCase.title].join(' > ')
      const { records, outputsDir } = recordsOf(testCase)
      if (outputsDir !== undefined) this.#folders.add(outputsDir)
      for (const record of records)
        await showRecord(record, {
          title: `${file} > ${name}`,
          hasPassed: testCase.status === 'passed' && recordsOf(testCase).skipped === undefined,
          tables,
          tests: this.#perfTests,
        })
      this.#tests.push({ ...place, name, ...outcomeOf(testCase) })
    }
    const error = result.testExecError?.message ?? result.failureMessage
    const isSaid = result.testResults.some(({ status }) => status === 'failed')
    if (error == null || isSaid) return
    const state = result.testResults.length === 0 ? 'not loaded' : 'failed'
    this.#tests.push({ ...place, name: '', state, messages: [plain(error)], measured: NOTHING_MEASURED })
  }

  onRunComplete(_contexts: unknown, run: JestRunResult): void {
    const left = run.numTotalTestSuites - run.testResults.length
    const errors = [
      ...(run.runExecError === undefined ? [] : [plain(run.runExecError.message)]),
      ...(left > 0 ? [`interrupted: ${left} of ${run.numTotalTestSuites} test files did not run`] : []),
    ]
    const failed = run.numFailedTests + run.numFailedTestSuites + run.numRuntimeErrorTestSuites
    const isRed = failed > 0 || run.snapshot.failure || run.wasInterrupted === true
    this.#stopWatching()
    this.#write(errors, isRed)
  }

  #write(errors: string[], isRed: boolean): void {
    safely(() => {
      const tests = [...this.#running.values(), ...this.#tests]
      const text = renderTestRun({ tests, errors, isRed })
      writeSummary(text, summaryFolders(this.#folders, tests), process.env['GITHUB_STEP_SUMMARY'])
    })
  }
}

const STATES: Record<JestCaseResult['status'], TestState> = {
  passed: 'passed',
  focused: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  pending: 'skipped',
  disabled: 'skipped',
  todo: 'todo',
}

function outcomeOf(
  testCase: JestCaseResult,
): Pick<ReportedTest, 'state' | 'isExpectedToFail' | 'messages' | 'measured'> {
  const { status, failing = false, failureMessages } = testCase
  const { records, skipped } = recordsOf(testCase)
  const messages = (failureMessages ?? []).map(plain)
  const state = STATES[status]
  return {
    state: state === 'failed' ? stateOfError(errorIn(messages[0])) : state,
    isExpectedToFail: failing,
    messages: skipped === undefined ? messages : [skipped],
    measured: records.length === 0 ? NOTHING_MEASURED : reportSetOf(records),
  }
}

/** Jest hands on text that begins with the name of the error. */
function errorIn(message = ''): { name?: string } {
  const [, name] = /^(\w+): /.exec(message) ?? []
  return name === undefined ? {} : { name }
}

function plain(text: string): string {
  return stripVTControlCharacters(text).trim()
}

/** The tests have their verdicts: a summary that cannot be written is no reason to fail the run. */
function safely(write: () => void): void {
  try {
    write()
  } catch (error) {
    process.stderr.write(`perfgate: the summary was not written: ${(error as Error).message}\n`)
  }
}
