/** `perfTest.capacity`: a test that searches for the most load an endpoint carries within a service level. */
import { type RunnerTestCase, type TestContext, TestRunner } from 'vitest'
import { type CapacityScenario, type CheckedScenario, checkSearch, runSearch, seenFrom } from '../doors/index.ts'
import type { CapacityResult } from '../result/index.ts'
import { defaults } from './defaults.ts'
import { countAssertions, hostOf } from './host.ts'
import { trackLoad } from './inFlight.ts'

/** Vitest's test context, and what the search found. */
export interface CapacityContext extends TestContext {
  readonly capacity: CapacityResult
}

/** Runs after the search and its gate. */
export type CapacityBody = (context: CapacityContext) => void | Promise<void>

export interface CapacityTest {
  /**
   * Searches as `npx perfgate --sla-auto-tune` does, and fails when the gate is broken, or without a gate when not
   * even the lower bound meets a criterion.
   *
   * @throws ConfigError at collection, when the scenario is wrong
   */
  (name: string, scenario: CapacityScenario, body?: CapacityBody): void
  readonly skip: CapacityTest
  readonly only: CapacityTest
  readonly todo: CapacityTest
  skipIf(condition: unknown): CapacityTest
  runIf(condition: unknown): CapacityTest
}

interface Chain {
  skip?: boolean
  only?: boolean
  todo?: boolean
}

export const capacityTest = TestRunner.createTaskCollector(collect) as unknown as CapacityTest

function collect(this: Chain, name: unknown, scenario?: unknown, body?: CapacityBody): void {
  const title = typeof name === 'function' ? name.name : String(name)
  seenFrom(collect, () => collectCase(this, title, scenario, body))
}

function collectCase(chain: Chain, title: string, scenario: unknown, body: CapacityBody | undefined): void {
  if (TestRunner.getCurrentTest() !== undefined)
    throw new Error(`perf test "${title}": perfTest.capacity cannot be called inside a test`)
  const options = { ...chain, timeout: 0, retry: 0 }
  const suite = TestRunner.getCurrentSuite()
  if (chain.todo || chain.skip) {
    suite.task(title, { ...options, ...(chain.todo ? {} : { handler: () => {} }) })
    return
  }
  const checked = checkSearch(title, scenario, defaults())
  if (body !== undefined && typeof body !== 'function')
    throw new TypeError(`perf test "${title}": the third argument must be a function`)
  suite.task(title, {
    ...options,
    handler: (context) => {
      const load = search(context, checked, body)
      trackLoad(context.task as RunnerTestCase, load)
      return load
    },
  })
}

async function search(context: TestContext, checked: CheckedScenario, body: CapacityBody | undefined): Promise<void> {
  const capacity = await runSearch(hostOf(context), checked)
  await body?.(Object.assign(context, { capacity }))
  countAssertions(context)
}
