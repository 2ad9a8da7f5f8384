/** `perfgate/jest`: load as a test in Jest 30, as an ES module. */

import type {} from 'expect'
import type { Thresholds } from '../../gates/index.ts'

export type { RegressionKey, Regressions, ThresholdKey, Thresholds } from '../../gates/index.ts'
export type { MetricsView } from '../../metrics/index.ts'
export type { CapacityResult, ComparisonResult, Result } from '../../result/index.ts'
export type { CapacityScenario, CompareScenario, Measured, Scenario } from '../index.ts'
export type { JestContext, PerfTest } from './door.cts'
// Found, not loaded: the library is outside of Jest's vm context, and this file inside.
export { LoadError, perfTest } from './index.cts'

interface PerfMatchers<R> {
  /** Of the `result` or `metrics` that `perfTest` hands to its function. Keys and limits are those of a scenario's `thresholds`. */
  toMeetThresholds(thresholds: Thresholds): R
}

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends PerfMatchers<R> {}
}

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as @types/jest declares it, and both must agree
    interface Matchers<R, T = {}> extends PerfMatchers<R> {}
  }
}
