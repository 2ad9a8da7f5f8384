/** The one JSON shape of a result. */

export {
  type CapacityCriterion,
  type CapacityResult,
  type CapacityStep,
  capacitySchema,
} from './capacity.ts'
export {
  COMPARISON_SCHEMA_VERSION,
  type ComparedRegression,
  type ComparedSide,
  type ComparisonResult,
  comparisonResultSchema,
} from './comparison.ts'
export type { ConversationFigures } from './conversations.ts'
export type { PromptCache, PromptsFromCache } from './promptCache.ts'
export {
  type BaselineInfo,
  type ClientHealth,
  type Distribution,
  type Environment,
  type PercentileRow,
  type Rates,
  type Result,
  resultSchema,
  SCHEMA_VERSION,
  type Summary,
  type ThresholdResult,
  type Timeline,
  type Verdict,
} from './schema.ts'
export { type ServerComparison, type ServerTimes, type ServerView, serverViewSchema } from './serverView.ts'
export { type MergedFacts, type PlannedShard, plannedShardSchema, type ShardFacts } from './shard.ts'
export { type SweepResult, sweepSchema } from './sweep.ts'
export type { Workload, WorkloadWindow } from './workload.ts'
