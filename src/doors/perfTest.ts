/** `perfTest` for a framework whose tests are collected by calling a function: Jest, `node:test`. */
import type { Layer } from '../config/files/index.ts'
import { ConfigError } from '../config/index.ts'
import type { CapacityResult, ComparisonResult } from '../result/index.ts'
import { type CapacityScenario, checkSearch, runSearch } from './capacity.ts'
import { type CompareScenario, checkComparison, runCompare } from './compare.ts'
import type { Host } from './host.ts'
import { withoutStack } from './judge.ts'
import { checkLoad, type Measured, runLoad } from './load.ts'
import { type PerfEachOf, ROW_WANTED, type ScenarioOf } from './rows.ts'
import { outputsDirOf } from './running.ts'
import type { Scenario } from './scenario.ts'
import { seenFrom } from './seenFrom.ts'

/** How a test is collected, in the framework's own words where it has them. */
export type Mode = 'run' | 'skip' | 'only' | 'todo' | 'failing'

/** Collects a test, checked at once: a mistake is found before any load. */
export interface PerfCall<Scenario, Context, Own> {
  /**
   * @param scenario or a function that gives one when the test runs, for instance with the URL of a server that a hook
   *   has started
   * @throws ConfigError at collection, when the scenario is wrong
   */
  (
    name: string,
    scenario?: Scenario | ScenarioOf<Scenario, [context: Own]>,
    body?: (context: Context) => void | Promise<void>,
  ): void
  each: PerfEachOf<Scenario, Context>
}

export interface PerfCalls<Scenario, Context, Own> extends PerfCall<Scenario, Context, Own> {
  readonly skip: PerfCall<Scenario, Context, Own>
  readonly only: PerfCall<Scenario, Context, Own>
  readonly todo: PerfCall<Scenario, Context, Own>
  /** Passes when the test fails. */
  readonly failing: PerfCall<Scenario, Context, Own>
  skipIf(condition: unknown): PerfCall<Scenario, Context, Own>
  runIf(condition: unknown): PerfCall<Scenario, Context, Own>
}

/** @typeParam Own what the framework itself gives to the function of a test */
export interface PerfTestOf<Own> extends PerfCalls<Scenario, Own & Measured, Own> {
  /** A candidate against a baseline, in one run. */
  readonly compare: PerfCalls<CompareScenario, Own & { readonly comparison: ComparisonResult }, Own>
  /** Searches for the most load that meets a service level, and gates on it. */
  readonly capacity: PerfCalls<CapacityScenario, Own & { readonly capacity: CapacityResult }, Own>
}

/** A test as the framework is to collect it. */
export interface CollectedTest<Own> {
  title: string
  mode: Mode
  /** Runs load and gates, then the user's function. Absent for a test that is skipped or still to do. */
  run: ((host: Host, own: OwnOf<Own>) => Promise<void>) | undefined
  /** Where its scenario has results go; absent where it does not say. */
  outputsDir?: string | undefined
  /** The function that the test file called. */
  entry: (...args: never[]) => unknown
}

/** The framework's own context, joined with what was found. */
export type OwnOf<Own> = (found: object) => Own

export interface Framework<Own> {
  /** The options of the project's config file. */
  defaults?(): Layer | undefined
  collect(test: CollectedTest<Own>): void
  /** The rows of a table as its `.each` has them, each with its title. */
  rows(name: string, table: readonly unknown[], values: readonly unknown[]): { title: string; row: unknown[] }[]
}

type Entry = CollectedTest<unknown>['entry']
type Body = (context: unknown) => void | Promise<void>

/** What a perf test does: runs load, compares, or searches. */
export interface Kind {
  check(test: string, scenario: unknown, defaults: Layer | undefined): unknown
  /** @param checked what `check` gave */
  run(host: Host, checked: never): Promise<object>
}

export const LOAD: Kind = { check: checkLoad, run: runLoad }
export const COMPARE: Kind = {
  check: checkComparison,
  run: async (host, checked) => ({ comparison: await runCompare(host, checked) }),
}
export const CAPACITY: Kind = {
  check: checkSearch,
  run: async (host, checked) => ({ capacity: await runSearch(host, checked) }),
}

/**
 * Checks a scenario at once; a function that gives one is called and checked when the test runs.
 *
 * @returns what `kind.run` takes, given what the function is to be called with
 * @throws ConfigError at once, when a scenario is wrong; when the test runs, when what a function gives is wrong
 */
export function checkedWhenRun(
  kind: Kind,
  title: string,
  scenario: unknown,
  defaults: () => Layer | undefined,
): (context: unknown) => Promise<never> {
  if (typeof scenario !== 'function') {
    const checked = kind.check(title, scenario, defaults())
    return async () => checked as never
  }
  return async (context) => {
    const given: unknown = await scenario(context)
    try {
      return kind.check(title, given, defaults()) as never
    } catch (error) {
      throw error instanceof ConfigError ? withoutStack(error) : error
    }
  }
}

export function perfTestOf<Own>(framework: Framework<Own>): PerfTestOf<Own> {
  return Object.assign(callsOf(framework, LOAD), {
    compare: callsOf(framework, COMPARE),
    capacity: callsOf(framework, CAPACITY),
  }) as unknown as PerfTestOf<Own>
}

function callsOf<Own>(framework: Framework<Own>, kind: Kind): PerfCalls<unknown, unknown, unknown> {
  const run = callOf(framework, kind, 'run')
  const skip = callOf(framework, kind, 'skip')
  return Object.assign(callOf(framework, kind, 'run'), {
    skip,
    only: callOf(framework, kind, 'only'),
    todo: callOf(framework, kind, 'todo'),
    failing: callOf(framework, kind, 'failing'),
    skipIf: (condition: unknown) => (condition ? skip : run),
    runIf: (condition: unknown) => (condition ? run : skip),
  })
}

function callOf<Own>(framework: Framework<Own>, kind: Kind, mode: Mode): PerfCall<unknown, unknown, unknown> {
  function collect(name: unknown, scenario?: unknown, body?: Body): void {
    collectCase(titleOf(name), scenario, body, collect)
  }
  function collectCase(title: string, scenario: unknown, body: Body | undefined, entry: Entry): void {
    // Left unchecked: what is skipped because a server is not there may lack its options too.
    if (mode === 'skip' || mode === 'todo') {
      framework.collect({ title, mode, run: undefined, entry })
      return
    }
    const checked = seenFrom(entry, () => checkedWhenRun(kind, title, scenario, () => framework.defaults?.()))
    if (body !== undefined && typeof body !== 'function')
      throw new TypeError(`perf test "${title}": the third argument must be a function`)
    const run = async (host: Host, own: OwnOf<Own>): Promise<void> => {
      const found = await kind.run(host, await checked(own({})))
      await body?.(own(found))
    }
    // What a function gives is not known before its test runs.
    const written = typeof scenario === 'object' && scenario !== null ? scenario : {}
    framework.collect({ title, mode, run, entry, outputsDir: outputsDirOf(written) })
  }
  const each = (table: readonly unknown[], ...values: unknown[]) =>
    function collectRows(name: unknown, scenario: (...row: unknown[]) => unknown, body?: Body): void {
      if (typeof scenario !== 'function') throw new TypeError(`perf test "${titleOf(name)}": ${ROW_WANTED}`)
      for (const { title, row } of framework.rows(titleOf(name), table, values))
        collectCase(title, () => scenario(...row), body, collectRows)
    }
  return Object.assign(collect, { each }) as PerfCall<unknown, unknown, unknown>
}

function titleOf(name: unknown): string {
  return typeof name === 'function' ? name.name : String(name)
}
