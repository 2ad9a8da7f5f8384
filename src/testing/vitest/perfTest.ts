/**
 * `perfTest`: a test whose body is load. It is collected by Vitest itself, so names, filters and modes work as there.
 * `perfTests` makes some of scenario files, and `toMeetThresholds` judges what one has measured.
 */
import { expect, type TestContext } from 'vitest'
import type { Thresholds } from '../../gates/index.ts'
import { type CollectOptions, collectScenarios } from '../../scenarios/index.ts'
import {
  type CapacityScenario,
  type Compared,
  type CompareScenario,
  type Measured,
  type PerfCall,
  type PerfEachOf,
  type PerfForOf,
  type PerfLinks,
  perfTestOf,
  type Scenario,
  type Searched,
  seenFrom,
  toMeetThresholds,
} from '../index.ts'
import { type LINKS, vitestFramework } from './collector.ts'

/** What the function of a perf test is given: Vitest's test context, and what was measured. */
export interface PerfContext extends TestContext, Measured {}

/** Runs after the load and after the scenario's own thresholds. */
export type PerfBody = (context: PerfContext) => void | Promise<void>

/** What the function of a comparison is given: Vitest's test context, and what was found. */
export interface CompareContext extends TestContext, Compared {}

/** Vitest's test context, and what the search found. */
export interface CapacityContext extends TestContext, Searched {}

/** Runs after the search and its gate. */
export type CapacityBody = (context: CapacityContext) => void | Promise<void>

export type PerfEach = PerfEachOf<Scenario, PerfContext>
export type PerfFor = PerfForOf<Scenario, PerfContext, TestContext>

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

/** A fixture of one name: a value, or a function that makes it. */
export type NamedFixture<Own, Value> =
  | Value
  | ((context: Own, tools: { onCleanup(cleanUp: () => void | Promise<void>): void }) => Value | Promise<Value>)

/** One kind of perf test with Vitest's chain. @typeParam Own the test context, with the fixtures of `extend` */
export interface PerfChain<Kind, Found, Own = TestContext>
  extends PerfCall<Kind, Found, Own>,
    PerfLinks<PerfChain<Kind, Found, Own>, keyof typeof LINKS> {
  /** As `test.extend`: a scenario and a body may destructure the fixtures. */
  extend<Fixtures extends object>(fixtures: FixturesOf<Own, Fixtures>): PerfChain<Kind, Found, Own & Fixtures>
  extend<Name extends string, Value>(
    name: Name,
    fixture: NamedFixture<Own, Value>,
  ): PerfChain<Kind, Found, Own & Record<Name, Value>>
}

/**
 * Measures baseline and candidate in interleaved blocks of the same prompts, and fails when a metric of the candidate
 * is worse than tolerated with the stated confidence.
 */
export interface PerfCompare<Own = TestContext> extends PerfChain<CompareScenario, Compared, Own> {}

/**
 * Searches as `npx perfgate --sla-auto-tune` does. Fails when the gate is not met, or without a gate when not even the
 * lower bound meets a criterion.
 */
export interface CapacityTest<Own = TestContext> extends PerfChain<CapacityScenario, Searched, Own> {}

/**
 * Runs the scenario's load as a test, which fails when a threshold is not met.
 *
 * Loads never overlap, whatever runs concurrently. A perf test is never retried, and has no timeout but its own
 * `timeoutMs`.
 */
export interface PerfTest<Own = TestContext>
  extends PerfCall<Scenario, Measured, Own>,
    PerfLinks<PerfChain<Scenario, Measured, Own>, keyof typeof LINKS> {
  /** A candidate against a baseline, in one run. */
  readonly compare: PerfCompare<Own>
  /** Searches for the most load that meets a service level, and gates on it. */
  readonly capacity: CapacityTest<Own>
  /** As `test.extend`: a scenario and a body may destructure the fixtures, those of `compare` and `capacity` too. */
  extend<Fixtures extends object>(fixtures: FixturesOf<Own, Fixtures>): PerfTest<Own & Fixtures>
  extend<Name extends string, Value>(name: Name, fixture: NamedFixture<Own, Value>): PerfTest<Own & Record<Name, Value>>
}

export const perfTest = perfTestOf<PerfTest, TestContext>(vitestFramework())

/**
 * Makes a `perfTest`, `perfTest.capacity` or `perfTest.compare` of each scenario, as its file asks for.
 *
 * @param patterns files, folders, or globs as `scenarios/*.yaml`, from the working folder
 * @throws ConfigError at collection, with file and line, when a scenario is wrong
 */
export function perfTests(patterns: string | readonly string[], options: CollectOptions = {}): void {
  seenFrom(perfTests, () =>
    collectScenarios(
      patterns,
      {
        run: (name, config) => perfTest(name, config),
        capacity: (name, config) => perfTest.capacity(name, config as CapacityScenario),
        comparison: (name, config) => perfTest.compare(name, config as CompareScenario),
      },
      options,
    ),
  )
}

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Of the `result` or `metrics` that `perfTest` hands to its function. Keys and limits are those of a scenario's `thresholds`. */
    toMeetThresholds(thresholds: Thresholds): R
  }
}

expect.extend({ toMeetThresholds })
