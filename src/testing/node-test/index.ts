/** `perfgate/node-test`: load as a test of `node:test`, its figures as diagnostics. */
import { AssertionError } from 'node:assert'
import type { TestContext } from 'node:test'
import type { Thresholds } from '../../gates/index.ts'
import { prepareThread } from '../../load/loadThreads.ts'
import type { MetricsView } from '../../metrics/index.ts'
import { terminalStyle } from '../../report/index.ts'
import type { Result } from '../../result/index.ts'
import {
  type CollectedTest,
  type Host,
  type PerfRecord,
  type PerfTestOf,
  PLAIN_LINKS,
  perfTestOf,
  projectDefaults,
  readTables,
  renderFinished,
  sayProgress,
  showsTables,
  toMeetThresholds,
  writeFinding,
} from '../index.ts'
import { testSeenFrom } from './location.ts'
import { rowsOf } from './rows.ts'
import { beginTest, expectTest, keepFinding, skipTest } from './summary.ts'

export type { RegressionKey, Regressions, ThresholdKey, Thresholds } from '../../gates/index.ts'
export type { MetricsView } from '../../metrics/index.ts'
export type { CapacityResult, ComparisonResult, Result } from '../../result/index.ts'
export { type CapacityScenario, type CompareScenario, LoadError, type Measured, type Scenario } from '../index.ts'

export type PerfTest = PerfTestOf<TestContext>

export const perfTest = perfTestOf<PerfTest, TestContext>({
  links: PLAIN_LINKS,
  defaults: projectDefaults(process.cwd(), undefined, say),
  collect,
  rows: rowsOf,
})

/**
 * Asserts what `expect(result).toMeetThresholds(thresholds)` does in Jest and Vitest.
 *
 * @param found the `result` or `metrics` that `perfTest` hands to its function
 * @throws AssertionError naming every broken threshold
 */
export function assertThresholds(found: Result | MetricsView, thresholds: Thresholds): void {
  const { pass, message } = toMeetThresholds(found, thresholds)
  if (!pass) throw new AssertionError({ message: message(), stackStartFn: assertThresholds })
}

class Skipped extends Error {}

/** Tests of this process that are to run. */
let tests = 0

function collect(collected: CollectedTest<TestContext>): void {
  const { title, modes, run } = collected
  if (run !== undefined) {
    tests++
    // A load thread starts while the test file is loaded.
    prepareThread()
  }
  expectTest(collected)
  // Only what is set: with --test-isolation=none Node drops a test whose `only` is false.
  const marks = (['skip', 'only', 'todo'] as const).filter((mode) => modes.has(mode)).map((mode) => [mode, true])
  const options = { timeout: Number.POSITIVE_INFINITY, ...Object.fromEntries(marks) }
  testSeenFrom(collected.entry)(title, options, async (context) => {
    if (run === undefined) return
    beginTest(context, collected)
    const records: PerfRecord[] = []
    let isSkipped = false
    const load = run(hostOf(context, records), (measured) => Object.assign(context, measured))
    const outcome = load.catch((error: unknown) => {
      if (!(error instanceof Skipped)) throw error
      isSkipped = true
      skipTest(context, error.message)
      context.skip(error.message)
    })
    let hasPassed = false
    try {
      await (modes.has('fails') ? toFail(outcome) : outcome)
      hasPassed = !isSkipped
    } finally {
      for (const record of records) show(context, record, hasPassed)
    }
  })
}

function say(text: string): void {
  console.info(`perfgate: ${text}`)
}

function hostOf(context: TestContext, records: PerfRecord[]): Host {
  return {
    name: context.fullName,
    signal: context.signal,
    // Scenarios say it themselves: there is no configuration of `node:test` to say it in.
    outputsDir: undefined,
    say,
    progress: sayProgress((line) => say(`${context.fullName}: ${line}`)),
    record: (record) => {
      records.push(record)
      return keep(context, record)
    },
    skip: (reason) => {
      throw new Skipped(reason)
    },
  }
}

async function keep(context: TestContext, record: PerfRecord): Promise<void> {
  keepFinding(context, record)
  try {
    await writeFinding(record)
  } catch (error) {
    // The test has its verdict: a folder that cannot be written to is no reason to fail the run.
    console.warn(`perfgate: the tables were not written as Markdown: ${(error as Error).message}`)
  }
}

/** Node's reporters print every diagnostic: one line for a test is one line without them. */
function show(context: TestContext, record: PerfRecord, hasPassed: boolean): void {
  const finished = { title: context.fullName, hasPassed, tables: readTables(undefined), tests }
  if (showsTables(finished) && !context.signal.aborted)
    for (const { name, value } of record.figures) context.diagnostic(`${name}: ${value}`)
  console.log(renderFinished(record, finished, terminalStyle(process.stdout)))
}

async function toFail(outcome: Promise<void>): Promise<void> {
  const failed = await outcome.then(
    () => false,
    () => true,
  )
  if (!failed) throw new Error('the test passed even though it was supposed to fail; remove .fails')
}
