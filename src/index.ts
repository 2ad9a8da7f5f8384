/** perfgate from code: run a scenario, get its figures and its verdict. */
export type { Api, ChoiceReading, CustomApi, Reading, Usage } from './apis/index.ts'
export { type ConfigFileRequest, loadConfig } from './config/files/index.ts'
export { type Config, ConfigError, EndpointError, type ResolvedConfig, resolveConfig } from './config/index.ts'
export type { CustomDataset, CustomPrompt, DatasetOptions, Message, Prompt } from './datasets/index.ts'
export type { DistributionName, DistributionView, MetricsView, ScalarName } from './metrics/index.ts'
export { StoreError } from './records/index.ts'
export type {
  CapacityResult,
  ComparisonResult,
  Distribution,
  PercentileRow,
  Result,
  Summary,
  SweepResult,
  ThresholdResult,
  Verdict,
} from './result/index.ts'
export {
  type ComparisonConfig,
  type ComparisonOutcome,
  type ComparisonSide,
  type Outcome,
  type RunHooks,
  type RunProgress,
  runComparison,
  runPerfBenchmark,
  runSweep,
  type SweepOutcome,
  type SweepRange,
} from './run/index.ts'
export {
  type ComparedSides,
  configJsonSchema,
  defineConfig,
  defineScenario,
  type LoadedScenario,
  type LoadOptions,
  loadScenarios,
  type Rows,
  type ScenarioFile,
  type ScenarioOptions,
  scenarioJsonSchema,
} from './scenarios/index.ts'
