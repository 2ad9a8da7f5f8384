/** The one JSON shape of a result. */

export {
  COMPARISON_SCHEMA_VERSION,
  type ComparedSide,
  type ComparisonResult,
  comparisonResultSchema,
} from './comparison.ts'
export type { ConversationFigures } from './conversations.ts'
export {
  type ClientHealth,
  clientHealthSchema,
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
export type { ServerComparison, ServerTimes, ServerView } from './serverView.ts'
export type { Workload, WorkloadWindow } from './workload.ts'
