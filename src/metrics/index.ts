/** From samples to distributions, rates and the summary. */
export { Distribution as DistributionRecorder, EXACT_LIMIT } from './distribution.ts'
export {
  COUNT_METRICS,
  DISTRIBUTION_NAMES,
  type DistributionName,
  RATIO_METRICS,
  SCALAR_NAMES,
  type ScalarName,
  SPEED_METRICS,
} from './names.ts'
export { type Failure, type Objective, RunMetrics } from './runMetrics.ts'
export { distributions, errorCounts, percentileRows, rates, type SummaryFacts, summarize } from './summary.ts'
export { steadyBuckets } from './timelineRecorder.ts'
export type { Coverage, DistributionView, MetricsView } from './view.ts'
export { workload } from './workload.ts'
