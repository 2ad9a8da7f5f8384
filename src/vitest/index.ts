/** `perfgate/vitest`: load as a test. */
export type { ThresholdKey, Thresholds } from '../gates/index.ts'
export type { MetricsView } from '../metrics/index.ts'
export type { Result } from '../result/index.ts'
export { CAPACITY_ARTIFACT, type PerfCapacityArtifact, type PerfResultArtifact, RESULT_ARTIFACT } from './artifact.ts'
export type {
  CapacityBody,
  CapacityContext,
  CapacityScenario,
  CapacityTest,
} from './capacity.ts'
export type {} from './config.ts'
export { LoadError } from './judge.ts'
export type {} from './matcher.ts'
export { type PerfBody, type PerfContext, type PerfEach, type PerfFor, type PerfTest, perfTest } from './perfTest.ts'
export type { Scenario } from './scenario.ts'
