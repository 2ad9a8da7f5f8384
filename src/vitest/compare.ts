/** `perfTest.compare`: a test that fails when a candidate is worse than a baseline measured in the same run. */
import { type RunnerTestCase, type TestContext, TestRunner } from 'vitest'
import { type CheckedComparison, type CompareScenario, checkComparison, runCompare, seenFrom } from '../doors/index.ts'
import type { ComparisonResult } from '../result/index.ts'
import { defaults } from './defaults.ts'
import { countAssertions, hostOf } from './host.ts'
import { trackLoad } from './inFlight.ts'

/** What the function of a comparison is given: Vitest's test context, and what was found. */
export interface CompareContext extends TestContext {
  readonly comparison: ComparisonResult
}

export interface PerfCompare {
  /**
   * Measures baseline and candidate in interleaved blocks of the same prompts, and fails when a figure of the candidate
   * is worse than tolerated with the stated confidence.
   *
   * @throws ConfigError at collection, when the scenario is wrong
   */
  (name: string, scenario: CompareScenario, body?: (context: CompareContext) => void | Promise<void>): void
  readonly skip: PerfCompare
  readonly only: PerfCompare
  readonly todo: PerfCompare
  readonly fails: PerfCompare
  readonly concurrent: PerfCompare
  skipIf(condition: unknown): PerfCompare
  runIf(condition: unknown): PerfCompare
}

type Body = (context: CompareContext) => void | Promise<void>

export const perfCompare = TestRunner.createTaskCollector(function collect(
  this: { skip?: boolean; todo?: boolean },
  name: unknown,
  scenario?: unknown,
  body?: Body,
): void {
  const title = typeof name === 'function' ? name.name : String(name)
  const options = { ...this, timeout: 0, retry: 0 }
  const suite = TestRunner.getCurrentSuite()
  if (this.todo || this.skip) {
    // Left unchecked: what is skipped because a server is not there may lack its options too.
    suite.task(title, { ...options, ...(this.todo ? {} : { handler: () => {} }) })
    return
  }
  const checked = seenFrom(collect, () => checkComparison(title, scenario, defaults()))
  if (body !== undefined && typeof body !== 'function')
    throw new TypeError(`perf test "${title}": the third argument must be a function`)
  suite.task(title, {
    ...options,
    handler: (context) => {
      const load = compare(context, checked, body)
      trackLoad(context.task as RunnerTestCase, load)
      return load
    },
  })
}) as unknown as PerfCompare

async function compare(context: TestContext, checked: CheckedComparison, body: Body | undefined): Promise<void> {
  const comparison = await runCompare(hostOf(context), checked)
  await body?.(Object.assign(context, { comparison }))
  countAssertions(context)
}
