/**
 * The summary of the tests of this process, without a reporter: written when the process ends, together with what the
 * other processes of the run have left so far.
 */

import { afterEach, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers'
import { NOTHING_MEASURED, type ReportedTest, renderTestRun, stateOfError } from '../../report/index.ts'
import {
  type CollectedTest,
  type Finding,
  renderUnfinished,
  reportSetOf,
  summaryFolders,
  USUAL_OUTPUTS,
  writeSummary,
} from '../index.ts'
import {
  type Part,
  partsForReporter,
  partsOfSiblings,
  readParts,
  shownFile,
  thrownIn,
  withLock,
  writePart,
} from './parts.ts'

interface Row extends ReportedTest {
  findings: Finding[]
  hasEnded: boolean
}

const rows: Row[] = []
/** Titles of perf tests that have not begun. */
const waiting: string[] = []
const folders = new Set<string>()
let isListening = false

/** Called at collection of each perf test. */
export function expectTest({ title, modes, run, outputsDir }: CollectedTest<TestContext>): void {
  if (run !== undefined) {
    waiting.push(title)
    folders.add(outputsDir ?? USUAL_OUTPUTS)
  } else rows.push(rowOf(shownFile(process.argv[1]), title, modes.has('todo') ? 'todo' : 'skipped'))
  listen()
}

/** Called when a perf test begins. */
export function beginTest(
  context: TestContext,
  { title, modes }: Pick<CollectedTest<unknown>, 'title' | 'modes'>,
): void {
  const at = waiting.indexOf(title)
  if (at >= 0) waiting.splice(at, 1)
  const row = rowOf(shownFile(context.filePath), context.fullName, 'interrupted')
  if (modes.has('fails')) row.isExpectedToFail = true
  rows.push(row)
}

/** What a test that runs has measured. */
export function keepFinding(context: TestContext, finding: Finding): void {
  const row = openRow(context)
  row.findings.push(finding)
  row.measured = reportSetOf(row.findings)
  // The reporter may be in this process, and has its summary written before the process ends.
  const parts = partsForReporter()
  if (parts !== undefined) safely(() => writePart(parts, partAt(null)))
}

export function skipTest(context: TestContext, reason: string): void {
  const row = openRow(context)
  row.state = 'skipped'
  row.messages = [reason]
}

// Of every test of the process, also those that measure nothing.
afterEach((context) => endTest(context as EndedContext))

/** Types of Node lack what its tests tell in their hooks. */
type EndedContext = TestContext & { readonly passed: boolean; readonly error: unknown }

function endTest(context: EndedContext): void {
  // Tests of projects that use no more than an assertion of ours have no summary.
  if (!isListening) return
  const row = openRow(context)
  row.hasEnded = true
  if (row.state === 'skipped') return
  row.state = 'passed'
  if (context.passed) return
  const { error, message, failureType } = thrownIn(context.error)
  row.state = stateOfError(error)
  // A test that failed by its subtests alone has nothing to tell.
  row.messages = failureType === 'subtestsFailed' ? [] : [message]
}

function openRow(context: TestContext): Row {
  const file = shownFile(context.filePath)
  const open = rows.findLast((row) => row.file === file && row.name === context.fullName && !row.hasEnded)
  if (open !== undefined) return open
  const row = rowOf(file, context.fullName, 'interrupted')
  rows.push(row)
  return row
}

function rowOf(file: string, name: string, state: ReportedTest['state']): Row {
  return { project: '', file, name, state, messages: [], measured: NOTHING_MEASURED, findings: [], hasEnded: false }
}

function listen(): void {
  if (isListening) return
  isListening = true
  // When all of the file is collected: until the run has ended, no earlier summary says that it passed.
  setImmediate(() => safely(announce))
  process.on('exit', (code) => safely(() => finish(code)))
}

function announce(): void {
  const names = [...waiting, ...rows.filter(({ hasEnded }) => !hasEnded).map(({ name }) => name)]
  const siblings = partsForReporter() === undefined ? partsOfSiblings() : undefined
  if (siblings === undefined) writeSummary(renderUnfinished(names), summaryFolders(folders, []))
  else publish(siblings, null)
}

function finish(code: number): void {
  const parts = partsForReporter()
  if (parts !== undefined) {
    writePart(parts, partAt(code))
    return
  }
  const siblings = partsOfSiblings()
  if (siblings === undefined) {
    write([partAt(code)], process.env['GITHUB_STEP_SUMMARY'])
    return
  }
  publish(siblings, code)
  const jobSummary = process.env['GITHUB_STEP_SUMMARY']
  // Of this file alone: the text of the others is there already.
  if (jobSummary) writeSummary(renderTestRun(runOf([partAt(code)])), [], jobSummary)
}

function publish(siblings: string, code: number | null): void {
  withLock(siblings, () => {
    writePart(siblings, partAt(code))
    write(readParts(siblings))
  })
}

function write(parts: readonly Part[], jobSummary?: string): void {
  const run = runOf(parts)
  const named = parts.flatMap((part) => part.folders)
  writeSummary(renderTestRun(run), summaryFolders(named, run.tests), jobSummary)
}

function runOf(parts: readonly Part[]): Parameters<typeof renderTestRun>[0] {
  const running = parts
    .filter(({ exitCode }) => exitCode === null)
    .map(({ file }): ReportedTest => rowOf(file, '', 'interrupted'))
  return {
    tests: [...running, ...parts.flatMap(({ tests }) => tests)],
    errors: [],
    isRed: parts.some(({ exitCode }) => exitCode !== 0),
  }
}

/** @param code of the process; null while it runs */
function partAt(code: number | null): Part {
  const file = shownFile(process.argv[1])
  const tests = rows.map(({ findings: _, hasEnded: __, ...test }): ReportedTest => {
    // Nothing is wrong with a run that ends with 0: a test that failed in it is marked as still to do.
    return code === 0 && test.state !== 'skipped' && test.state !== 'passed' ? { ...test, state: 'todo' } : test
  })
  const left = waiting.map((title): ReportedTest => {
    // A name that was not asked for, or a hook that failed before it.
    const state = code === 0 || isFiltered() ? 'skipped' : 'interrupted'
    return { ...rowOf(file, title, state), messages: code === null ? [] : ['it did not run'] }
  })
  const isTold = tests.some(({ state }) => state !== 'passed' && state !== 'skipped' && state !== 'todo')
  const untold: ReportedTest[] =
    code === null || code === 0 || isTold
      ? []
      : [
          {
            ...rowOf(file, '', 'failed'),
            messages: [`the process ended with ${code}: a hook or the file itself failed, see the output of the run`],
          },
        ]
  return { exitCode: code, file, folders: [...folders], tests: [...untold, ...tests, ...left] }
}

/** Only some tests were asked for, by name or by `only`. */
function isFiltered(): boolean {
  return process.execArgv.some((word) => /^--test-(name-pattern|skip-pattern|only)\b/.test(word))
}

/** The tests have their verdicts: a summary that cannot be written is no reason to fail the run. */
function safely(work: () => void): void {
  try {
    work()
  } catch (error) {
    console.warn(`perfgate: the summary was not written: ${(error as Error).message}`)
  }
}
