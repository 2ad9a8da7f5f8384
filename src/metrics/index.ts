/** From samples to distributions, rates and the summary. */
export { Distribution as DistributionRecorder, EXACT_LIMIT } from './distribution.ts'
export type { Better, BlockCount, Quantity } from './metric.ts'
export { METRICS } from './metrics.ts'
export type { Coverage, DistributionView, MetricsView } from './names.ts'
export {
  type AliasOf,
  DISTRIBUTION_NAMES,
  type DistributionName,
  factsOf,
  findMetric,
  HEADLINE_METRICS,
  isScalar,
  type MetricName,
  type MetricsWith,
  SCALAR_NAMES,
  type ScalarName,
  snakeCase,
} from './names.ts'
export { type Failure, type Objective, RunMetrics } from './runMetrics.ts'
export { type SpeedRecorder, speedRecorder } from './speed.ts'
export { distributions, errorCounts, percentileRows, rates, type SummaryFacts, summarize, workload } from './summary.ts'
export { steadyBuckets } from './timelineRecorder.ts'
