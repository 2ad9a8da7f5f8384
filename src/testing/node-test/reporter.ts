/**
 * `--test-reporter=perfgate/node-test/reporter`: the summary of a whole run of `node --test`, beside any other reporter.
 *
 * Without it each process adds its tests to the summary when it ends; but a file that cannot be loaded runs none of our
 * code, and only the process that started it knows.
 */
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import { NOTHING_MEASURED, type ReportedTest, renderTestRun, stateOfError, type TestState } from '../../report/index.ts'
import { projectDefaults, summaryFolders, writeSummary } from '../index.ts'
import { openParts, type Part, readParts, shownFile, thrownIn } from './parts.ts'

// Before any test file is started.
const parts = openParts()

/** What is read of the events of `node:test`. */
interface TestData {
  name: string
  nesting: number
  /** Where the test is called. */
  file?: string
  /** The test file; Node 22 does not say it. */
  entryFile?: string
  skip?: string | boolean
  todo?: string | boolean
  details?: { type?: string; error?: unknown }
}

/** Prints nothing but why the summary could not be written. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  const tests: ReportedTest[] = []
  // Files are reported one after the other, and a group before what is in it.
  let names: string[] = []
  const printed = new Map<string, string>()
  let isRed = false
  for await (const { type, data } of source as AsyncIterable<{ type: string; data: TestData & Extra }>) {
    const file = resolve(fileOf(data) ?? '')
    if (type === 'test:stderr') printed.set(file, `${printed.get(file) ?? ''}${data.message}`.slice(0, 100_000))
    if (type === 'test:summary' && data.success === false) isRed = true
    if (type === 'test:start') names = [...names.slice(0, data.nesting), data.name]
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (type === 'test:fail' && !data.todo) isRed = true
    const isFile = data.nesting === 0 && resolve(data.name) === file
    const name = isFile ? '' : [...names.slice(0, data.nesting), data.name].join(' > ')
    const row = rowOf(type === 'test:pass', name, data, printed.get(file))
    if (row !== undefined) tests.push(row)
  }
  try {
    write(tests, isRed || Number(process.exitCode ?? 0) !== 0)
  } catch (error) {
    yield `perfgate: the summary was not written: ${(error as Error).message}\n`
  } finally {
    rmSync(parts, { recursive: true, force: true })
  }
}

function fileOf({ entryFile, file }: TestData): string | undefined {
  return entryFile ?? file
}

interface Extra {
  message?: string
  success?: boolean
}

/** Undefined for what others tell: a group that passed, and whatever failed by its subtests alone. */
function rowOf(hasPassed: boolean, name: string, data: TestData, stderr: string | undefined): ReportedTest | undefined {
  const { error, message, failureType } = hasPassed ? { error: {}, message: '' } : thrownIn(data.details?.error)
  if (failureType === 'subtestsFailed' || (hasPassed && data.details?.type === 'suite')) return undefined
  const base = { project: '', file: shownFile(fileOf(data)), name, measured: NOTHING_MEASURED }
  const reason = typeof data.skip === 'string' ? [data.skip] : []
  if (data.todo) return { ...base, state: 'todo', messages: [] }
  if (data.skip) return { ...base, state: 'skipped', messages: reason }
  if (hasPassed) return { ...base, state: 'passed', messages: [] }
  if (name === '') return { ...base, state: 'not loaded', messages: [whyNotLoaded(stderr) ?? message] }
  const state: TestState = failureType === 'cancelledByParent' ? 'interrupted' : stateOfError(error)
  return { ...base, state, messages: [message] }
}

/** The process prints it before it ends. */
function whyNotLoaded(stderr = ''): string | undefined {
  return /^(?:\w*Error\b.*|\[?\w*Error .*)$/m.exec(stderr)?.[0]
}

function write(tests: readonly ReportedTest[], isRed: boolean): void {
  const found = readParts(parts)
  const joined = joinParts(tests, found)
  const usual = projectDefaults(process.cwd())()?.values['outputsDir']
  const named = [...found.flatMap(({ folders }) => folders), ...(usual === undefined ? [] : [String(usual)])]
  const text = renderTestRun({ tests: joined, errors: [], isRed })
  writeSummary(text, summaryFolders(named, joined), process.env['GITHUB_STEP_SUMMARY'])
}

/** What was measured is known to the process of the test, and whether it passed to us. */
function joinParts(tests: readonly ReportedTest[], found: readonly Part[]): ReportedTest[] {
  const rows = found.flatMap((part) => part.tests)
  const take = (isIt: (row: ReportedTest) => boolean): ReportedTest | undefined => {
    const at = rows.findIndex(isIt)
    return at < 0 ? undefined : rows.splice(at, 1)[0]
  }
  const files = new Set(rows.map(({ file }) => file))
  return tests.map((test) => {
    const own =
      take(({ file, name }) => file === test.file && name === test.name) ??
      (files.has(test.file) ? undefined : take(({ name }) => name === test.name && name !== ''))
    if (own === undefined) {
      // A file of which tests ran was loaded.
      const hasRun = test.name === '' && tests.some(({ file, name }) => file === test.file && name !== '')
      return hasRun ? { ...test, state: 'failed' } : test
    }
    const { file, measured, isExpectedToFail = false } = own
    const messages = test.messages.length > 0 ? test.messages : own.messages
    return { ...test, file, isExpectedToFail, messages, measured }
  })
}
