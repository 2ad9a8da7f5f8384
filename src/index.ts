/** perfgate from code: run a scenario, get its figures and its verdict. */
export { type Config, ConfigError, EndpointError, type ResolvedConfig, resolveConfig } from './config/index.ts'
export type { CustomDataset, CustomPrompt, DatasetOptions, Message, Prompt } from './datasets/index.ts'
export type { DistributionName, DistributionView, MetricsView, ScalarName } from './metrics/index.ts'
export type { Distribution, PercentileRow, Result, Summary, ThresholdResult, Verdict } from './result/index.ts'
export { type Outcome, type RunHooks, type RunProgress, runPerfBenchmark } from './run/index.ts'
export { StoreError } from './store/index.ts'
