/** perfgate from code: run a scenario, get its figures and its verdict. */
export { type Config, ConfigError, EndpointError, type ResolvedConfig, resolveConfig } from './config/index.ts'
export type { DistributionName, DistributionView, MetricsView, ScalarName } from './metrics/index.ts'
export type {
  CapacityResult,
  Distribution,
  PercentileRow,
  Result,
  Summary,
  SweepResult,
  ThresholdResult,
  Verdict,
} from './result/index.ts'
export {
  type Outcome,
  type RunHooks,
  type RunProgress,
  runPerfBenchmark,
  runSweep,
  type SweepOutcome,
  type SweepRange,
} from './run/index.ts'
export { StoreError } from './store/index.ts'
