/** `perfTest`: a test whose body is load. It is collected by Vitest itself, so names, filters and modes work as there. */
import type { TestContext } from 'vitest'
import { LOAD, type Measured, type PerfEachOf, type PerfForOf, type Scenario } from '../doors/index.ts'
import { type CapacityTest, capacityTest } from './capacity.ts'
import type { CollectedAs, FixturesOf } from './collected.ts'
import { collectorOf } from './collector.ts'
import { type PerfCompare, perfCompare } from './compare.ts'

/** What the function of a perf test is given: Vitest's test context, and what was measured. */
export interface PerfContext extends TestContext, Measured {}

/** Runs after the load and after the scenario's own thresholds. */
export type PerfBody = (context: PerfContext) => void | Promise<void>

export type PerfEach = PerfEachOf<Scenario, PerfContext>
export type PerfFor = PerfForOf<Scenario, PerfContext, TestContext>

/**
 * Runs the scenario's load as a test, which fails when a threshold is broken.
 *
 * Loads never overlap, whatever runs concurrently; a perf test is never retried, and has no timeout but its own
 * `timeoutMs`.
 */
export interface PerfTest<Own = TestContext> extends CollectedAs<Scenario, Measured, Own> {
  /** A candidate against a baseline, in one run. */
  readonly compare: PerfCompare<Own>
  /** Searches for the most load that meets a service level, and gates on it. */
  readonly capacity: CapacityTest<Own>
  readonly skip: PerfTest<Own>
  readonly only: PerfTest<Own>
  readonly todo: PerfTest<Own>
  readonly fails: PerfTest<Own>
  readonly concurrent: PerfTest<Own>
  skipIf(condition: unknown): PerfTest<Own>
  runIf(condition: unknown): PerfTest<Own>
  /** As `test.extend`: a scenario and a body may destructure the fixtures. */
  extend<Fixtures extends object>(fixtures: FixturesOf<Own, Fixtures>): PerfTest<Own & Fixtures>
  extend<Name extends string, Value>(
    name: Name,
    fixture:
      | Value
      | ((context: Own, tools: { onCleanup(cleanUp: () => void | Promise<void>): void }) => Value | Promise<Value>),
  ): PerfTest<Own & Record<Name, Value>>
}

export const perfTest: PerfTest = withKinds(collectorOf(LOAD, 'perfTest'), perfCompare, capacityTest)

type Extensible = { extend(...fixtures: unknown[]): Extensible }

/** A test function of load with those of the other kinds beside it, which share its fixtures. */
function withKinds(load: unknown, compare: unknown, capacity: unknown): PerfTest {
  const { extend } = load as Extensible
  return Object.assign(load as object, {
    compare,
    capacity,
    extend(this: unknown, ...fixtures: unknown[]): PerfTest {
      return withKinds(
        extend.apply(this as Extensible, fixtures),
        (compare as Extensible).extend(...fixtures),
        (capacity as Extensible).extend(...fixtures),
      )
    },
  }) as unknown as PerfTest
}
