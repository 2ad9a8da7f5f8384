/** `perfgate/jest`: load as a test in Jest 30, as an ES module. */
import type { Door, PerfTest } from './door.ts'

export type { CapacityScenario, CompareScenario, Measured, Scenario } from '../doors/index.ts'
export type { RegressionKey, Regressions } from '../gates/comparison/index.ts'
export type { ThresholdKey, Thresholds } from '../gates/index.ts'
export type { MetricsView } from '../metrics/index.ts'
export type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'
export type { JestContext, PerfTest } from './door.ts'
export type {} from './matchers.ts'

// Nothing is imported: the library is outside of Jest's vm context, and this file inside.
const door = (globalThis as { [name: symbol]: unknown })[Symbol.for('perfgate.jest')] as Door | undefined
if (door === undefined)
  throw new Error(
    "perfgate/jest: this file runs in another test environment; set `preset: 'perfgate/jest'` in Jest's config, or begin the file with `/** @jest-environment perfgate/jest/environment */`",
  )

export const perfTest: PerfTest = door.perfTest
export const LoadError: Door['LoadError'] = door.LoadError
