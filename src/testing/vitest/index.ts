/** `perfgate/vitest`: load as a test. */
export type { RegressionKey, Regressions, ThresholdKey, Thresholds } from '../../gates/index.ts'
export type { MetricsView } from '../../metrics/index.ts'
export type { CapacityResult, ComparisonResult, Result } from '../../result/index.ts'
export { type LoadedScenario, loadScenarios } from '../../scenarios/index.ts'
export { type CapacityScenario, type CompareScenario, LoadError, type Scenario } from '../index.ts'
export {
  CAPACITY_ARTIFACT,
  COMPARISON_ARTIFACT,
  type PerfCapacityArtifact,
  type PerfComparisonArtifact,
  type PerfResultArtifact,
  RESULT_ARTIFACT,
} from './artifact.ts'
export type {} from './config.ts'
export {
  type CapacityBody,
  type CapacityContext,
  type CapacityTest,
  type CompareContext,
  type PerfBody,
  type PerfCompare,
  type PerfContext,
  type PerfEach,
  type PerfFor,
  type PerfTest,
  perfTest,
  perfTests,
} from './perfTest.ts'
