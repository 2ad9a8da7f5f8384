/** `perfTest.capacity`: a test that searches for the most load an endpoint carries within a service level. */
import type { TestContext } from 'vitest'
import { CAPACITY, type CapacityScenario } from '../doors/index.ts'
import type { CapacityResult } from '../result/index.ts'
import type { CollectedAs, FixturesOf } from './collected.ts'
import { collectorOf } from './collector.ts'

/** Vitest's test context, and what the search found. */
export interface CapacityContext extends TestContext {
  readonly capacity: CapacityResult
}

/** Runs after the search and its gate. */
export type CapacityBody = (context: CapacityContext) => void | Promise<void>

/**
 * Searches as `npx perfgate --sla-auto-tune` does, and fails when the gate is broken, or without a gate when not even
 * the lower bound meets a criterion.
 */
export interface CapacityTest<Own = TestContext>
  extends CollectedAs<CapacityScenario, { readonly capacity: CapacityResult }, Own> {
  readonly skip: CapacityTest<Own>
  readonly only: CapacityTest<Own>
  readonly todo: CapacityTest<Own>
  readonly fails: CapacityTest<Own>
  readonly concurrent: CapacityTest<Own>
  skipIf(condition: unknown): CapacityTest<Own>
  runIf(condition: unknown): CapacityTest<Own>
  /** As `test.extend`: a scenario and a body may destructure the fixtures. */
  extend<Fixtures extends object>(fixtures: FixturesOf<Own, Fixtures>): CapacityTest<Own & Fixtures>
  extend<Name extends string, Value>(
    name: Name,
    fixture:
      | Value
      | ((context: Own, tools: { onCleanup(cleanUp: () => void | Promise<void>): void }) => Value | Promise<Value>),
  ): CapacityTest<Own & Record<Name, Value>>
}

export const capacityTest = collectorOf(CAPACITY, 'perfTest.capacity') as unknown as CapacityTest
