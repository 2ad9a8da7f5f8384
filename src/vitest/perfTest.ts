/** `perfTest`: a test whose body is load. It is collected by Vitest itself, so names, filters and modes work as there. */
import { type RunnerTestCase, type TestContext, TestRunner } from 'vitest'
import {
  type CheckedScenario,
  checkLoad,
  type Measured,
  type PerfEachOf,
  type PerfForOf,
  ROW_WANTED,
  runLoad,
  type Scenario,
  seenFrom,
} from '../doors/index.ts'
import { type CapacityTest, capacityTest } from './capacity.ts'
import { type PerfCompare, perfCompare } from './compare.ts'
import { defaults } from './defaults.ts'
import { countAssertions, hostOf } from './host.ts'
import { trackLoad } from './inFlight.ts'

/** What the function of a perf test is given: Vitest's test context, and what was measured. */
export interface PerfContext extends TestContext, Measured {}

/** Runs after the load and after the scenario's own thresholds. */
export type PerfBody = (context: PerfContext) => void | Promise<void>

export type PerfEach = PerfEachOf<Scenario, PerfContext>
export type PerfFor = PerfForOf<Scenario, PerfContext>

export interface PerfTest {
  /**
   * Runs the scenario's load as a test, which fails when a threshold is broken.
   *
   * Loads never overlap, whatever runs concurrently; a perf test is never retried, and has no timeout but its own
   * `timeoutMs`.
   *
   * @throws ConfigError at collection, when the scenario is wrong
   */
  (name: string, scenario?: Scenario, body?: PerfBody): void
  each: PerfEach
  for: PerfFor
  /** A candidate against a baseline, in one run. */
  readonly compare: PerfCompare
  /** Searches for the most load that meets a service level, and gates on it. */
  readonly capacity: CapacityTest
  readonly skip: PerfTest
  readonly only: PerfTest
  readonly todo: PerfTest
  readonly fails: PerfTest
  readonly concurrent: PerfTest
  skipIf(condition: unknown): PerfTest
  runIf(condition: unknown): PerfTest
}

/** What Vitest's chain (`.skip`, `.only` …) has gathered by the time of the call. */
interface Chain {
  each?: boolean
  skip?: boolean
  only?: boolean
  todo?: boolean
  fails?: boolean
  concurrent?: boolean
}

interface Case {
  scenario: unknown
  body: PerfBody | undefined
}

export const perfTest: PerfTest = Object.assign(collector(), { compare: perfCompare })

function collector(): PerfTest {
  function collect(this: Chain, name: unknown, subject?: unknown, body?: PerfBody): void {
    // With `.each` Vitest hands over a function that applies the row.
    const given = (): Case => (this.each && typeof subject === 'function' ? subject() : { scenario: subject, body })
    seenFrom(collect, () => collectCase(this, typeof name === 'function' ? name.name : String(name), given))
  }
  const test = TestRunner.createTaskCollector(collect) as unknown as PerfTest & Record<'each' | 'for', VitestEach>
  const each = test.each as VitestEach
  // Vitest copies these from the function to each link of the chain, so they are replaced on the function and on the first link.
  Object.assign(collect, { each: eachRow(each, false), for: eachRow(each, true) })
  Object.assign(test, { each: eachRow(each, false), for: eachRow(each, true), capacity: capacityTest })
  return test
}

function collectCase(chain: Chain, name: string, given: () => Case): void {
  if (TestRunner.getCurrentTest() !== undefined)
    throw new Error(`perf test "${name}": perfTest cannot be called inside a test`)
  const options = { ...chain, timeout: 0, retry: 0 }
  const suite = TestRunner.getCurrentSuite()
  if (chain.todo || chain.skip) {
    // Left unchecked: what is skipped because an endpoint is not there may lack the endpoint's options too.
    suite.task(name, { ...options, ...(chain.todo ? {} : { handler: () => {} }) })
    return
  }
  const { scenario, body } = given()
  const checked = checkLoad(name, scenario, defaults())
  if (body !== undefined && typeof body !== 'function')
    throw new TypeError(`perf test "${name}": the third argument must be a function`)
  suite.task(name, {
    ...options,
    handler: (context) => {
      const load = runPerfTest(context, checked, body)
      trackLoad(context.task as RunnerTestCase, load)
      return load
    },
  })
}

async function runPerfTest(context: TestContext, scenario: CheckedScenario, body: PerfBody | undefined): Promise<void> {
  const measured = await runLoad(hostOf(context), scenario)
  // On the context itself, so that an afterEach hook of the user sees the result too.
  await body?.(Object.assign(context, measured))
  countAssertions(context)
}

type VitestEach = (
  this: unknown,
  rows: readonly unknown[],
  ...values: unknown[]
) => (name: unknown, row: (...row: unknown[]) => Case) => void

/**
 * Vitest's `.each`, with a function of the row in place of a scenario.
 *
 * @param whole hand over an array row as one argument, as `.for` does, rather than spread, as `.each` does
 */
function eachRow(vitestEach: VitestEach, whole: boolean) {
  return function (this: unknown, rows: readonly unknown[], ...values: unknown[]) {
    const collectRows = vitestEach.call(this, rows, ...values)
    const spread = values.length === 0 && rows.every(Array.isArray)
    return function collectEach(name: unknown, scenario: (...row: unknown[]) => unknown, body?: PerfBody): void {
      if (typeof scenario !== 'function') throw new TypeError(`perf test "${String(name)}": ${ROW_WANTED}`)
      const caseOf = (...row: unknown[]): Case => ({ scenario: scenario(...(whole && spread ? [row] : row)), body })
      seenFrom(collectEach, () => collectRows(name, caseOf))
    }
  }
}
