/** The summary of a run of Vitest. Loaded when the run has ended: nothing waits for what it needs. */
import type { TestCase, TestModule, Vitest } from 'vitest/node'
import {
  messageOf,
  NOTHING_MEASURED,
  type ReportedTest,
  renderTestRun,
  stateOfError,
  type TestState,
} from '../../report/testSummary.ts'
import { reportSetOf, summaryFolders, writeSummary } from '../files.ts'
import { configuredFolders, findingsOf } from './showTest.ts'

export interface RunEnd {
  modules: readonly TestModule[]
  /** Outside of any test. */
  errors: readonly ErrorLike[]
  reason: 'passed' | 'failed' | 'interrupted'
}

/** The summary of everything that ran, in a file beside the results and in that of GitHub's job. */
export function summarise(run: RunEnd, vitest: Vitest): void {
  const tests = run.modules.flatMap((module) => testsOf(module, run.reason === 'interrupted'))
  const named = run.modules.flatMap((module) =>
    [...module.children.allTests()].flatMap((test) => test.meta().perfgate?.outputsDir ?? []),
  )
  const projects = run.modules.length > 0 ? run.modules.map(({ project }) => project) : vitest.projects
  const folders = configuredFolders(projects)
  // Only tests of other projects ran: their runs have no summary of ours.
  if (folders === undefined && tests.every(({ measured }) => measured === NOTHING_MEASURED)) return
  const text = renderTestRun({
    tests,
    errors: run.errors.map(messageOf),
    isRed: run.reason !== 'passed',
  })
  writeSummary(text, summaryFolders([...(folders ?? []), ...named], tests), process.env['GITHUB_STEP_SUMMARY'])
}

interface ErrorLike {
  name?: string
  message: string
}

function testsOf(module: TestModule, isInterrupted: boolean): ReportedTest[] {
  const place = { project: module.project.name, file: module.relativeModuleId }
  const whole = (name: string, state: TestState, errors: readonly ErrorLike[]): ReportedTest => ({
    ...place,
    name,
    state,
    messages: errors.map(messageOf),
    measured: NOTHING_MEASURED,
  })
  const tests = [...module.children.allTests()]
  const state = module.state()
  if (state === 'queued' || state === 'pending') return [whole('', 'interrupted', [])]
  const groups = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0)
  return [
    ...(module.errors().length === 0 ? [] : [whole('', tests.length === 0 ? 'not loaded' : 'failed', module.errors())]),
    // Of their hooks.
    ...groups.map((suite) => whole(suite.fullName, 'failed', suite.errors())),
    ...tests.map((test) => ({ ...whole(test.fullName, 'passed', []), ...outcomeOf(test, isInterrupted) })),
  ]
}

function outcomeOf(
  test: TestCase,
  isInterrupted: boolean,
): Pick<ReportedTest, 'state' | 'isExpectedToFail' | 'messages' | 'measured'> {
  const { state, errors = [], ...rest } = test.result()
  const findings = findingsOf(test)
  const { mode, fails = false } = test.options
  const note = 'note' in rest && rest.note !== undefined ? [rest.note] : []
  const wasToRun = mode === 'run' || mode === 'only'
  // Vitest's own note on a test of a cancelled run; a note of the user's is the reason of a skip.
  const isNoteOfVitest = note.every((text) => text.startsWith('The test run was aborted'))
  const isCutShort = state === 'pending' || (isInterrupted && state === 'skipped' && wasToRun && isNoteOfVitest)
  return {
    state: mode === 'todo' ? 'todo' : isCutShort ? 'interrupted' : state === 'failed' ? stateOfError(errors[0]) : state,
    isExpectedToFail: fails,
    messages: state === 'failed' ? errors.map(messageOf) : isCutShort ? [] : note,
    measured: findings.length === 0 ? NOTHING_MEASURED : reportSetOf(findings),
  }
}
