/** `perfTest.compare`: a test that fails when a candidate is worse than a baseline measured in the same run. */
import type { TestContext } from 'vitest'
import { COMPARE, type CompareScenario } from '../doors/index.ts'
import type { ComparisonResult } from '../result/index.ts'
import type { CollectedAs, FixturesOf } from './collected.ts'
import { collectorOf } from './collector.ts'

/** What the function of a comparison is given: Vitest's test context, and what was found. */
export interface CompareContext extends TestContext {
  readonly comparison: ComparisonResult
}

/**
 * Measures baseline and candidate in interleaved blocks of the same prompts, and fails when a figure of the candidate
 * is worse than tolerated with the stated confidence.
 */
export interface PerfCompare<Own = TestContext>
  extends CollectedAs<CompareScenario, { readonly comparison: ComparisonResult }, Own> {
  readonly skip: PerfCompare<Own>
  readonly only: PerfCompare<Own>
  readonly todo: PerfCompare<Own>
  readonly fails: PerfCompare<Own>
  readonly concurrent: PerfCompare<Own>
  skipIf(condition: unknown): PerfCompare<Own>
  runIf(condition: unknown): PerfCompare<Own>
  /** As `test.extend`: a scenario and a body may destructure the fixtures. */
  extend<Fixtures extends object>(fixtures: FixturesOf<Own, Fixtures>): PerfCompare<Own & Fixtures>
  extend<Name extends string, Value>(
    name: Name,
    fixture:
      | Value
      | ((context: Own, tools: { onCleanup(cleanUp: () => void | Promise<void>): void }) => Value | Promise<Value>),
  ): PerfCompare<Own & Record<Name, Value>>
}

export const perfCompare = collectorOf(COMPARE, 'perfTest.compare') as unknown as PerfCompare
