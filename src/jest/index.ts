/** `perfgate/jest`: load as a test in Jest 30, as an ES module. */

export type { CapacityScenario, CompareScenario, Measured, Scenario } from '../doors/index.ts'
export type { RegressionKey, Regressions, ThresholdKey, Thresholds } from '../gates/index.ts'
export type { MetricsView } from '../metrics/index.ts'
export type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'
export type { JestContext, PerfTest } from './door.ts'
// Found, not loaded: the library is outside of Jest's vm context, and this file inside.
export { LoadError, perfTest } from './index.cts'
export type {} from './matchers.ts'
