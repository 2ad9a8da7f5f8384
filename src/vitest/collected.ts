/** The types of a perf test's function in Vitest, whatever its kind. */
import type { TestContext } from 'vitest'
import type { PerfEachOf, PerfForOf, ScenarioOf } from '../doors/index.ts'

/** A fixture as in `test.extend`: a value, or a function that hands one to `use` and cleans up after it. */
export type Fixture<Value, Context> =
  | Value
  | ((context: Context, use: (value: Value) => Promise<void>) => Promise<void> | void)

/** The fixtures of `perfTest.extend`; an entry with options is a pair, as `[value, { injected: true }]`. */
export type FixturesOf<Own, Fixtures> = {
  [Name in keyof Fixtures]:
    | Fixture<Fixtures[Name], Own & Omit<Fixtures, Name>>
    | [
        value: Fixture<Fixtures[Name], Own & Omit<Fixtures, Name>>,
        options: { auto?: boolean; injected?: boolean; scope?: 'test' | 'worker' | 'file' },
      ]
}

/**
 * @typeParam Found what the body is given beside the test context
 * @typeParam Own the test context, with the fixtures of `extend`
 */
export interface CollectedAs<Scenario, Found, Own = TestContext> {
  /**
   * @param scenario or a function that gives one when the test runs, from the fixtures that it destructures
   * @throws ConfigError at collection, when the scenario is wrong
   */
  (
    name: string,
    scenario?: Scenario | ScenarioOf<Scenario, [context: Own]>,
    body?: (context: Own & Found) => void | Promise<void>,
  ): void
  each: PerfEachOf<Scenario, Own & Found>
  for: PerfForOf<Scenario, Own & Found, Own>
}
