/** The one JSON shape of a result. */

export { renderJson } from './json.ts'
export type { ConversationFigures, PromptCache, PromptsFromCache, Workload, WorkloadWindow } from './load.ts'
export { type MergedFacts, type PlannedShard, plannedShardSchema, type ShardFacts } from './load.ts'
export {
  type CapacityCriterion,
  type CapacityResult,
  type CapacityStep,
  COMPARISON_SCHEMA_VERSION,
  type ComparedRegression,
  type ComparedSide,
  type ComparisonResult,
  capacitySchema,
  comparisonResultSchema,
  type SweepResult,
  sweepSchema,
} from './ofSeveral.ts'
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
export {
  type EnergyUse,
  type MachineView,
  type ServerComparison,
  type ServerTimes,
  type ServerView,
  serverViewSchema,
} from './serverView.ts'
