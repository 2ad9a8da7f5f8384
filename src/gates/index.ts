/** Gates: one language for thresholds, objectives, regressions and capacities, from what a user writes to a verdict. */
export {
  fingerprintDifferences,
  fingerprintOf,
  modelOf,
  scenarioDifferences,
  scenarioFacts,
  scenarioHash,
} from './alike.ts'
export {
  type Against,
  judgeAgainst,
  requireStored,
  STORED_STATISTICS,
  type StoredValue,
  storedIntervals,
  storedValue,
} from './baseline.ts'
export {
  type Criterion,
  type Found,
  judgeCapacity,
  judgesFailures,
  type LevelViews,
  meets,
  optimumValue,
  parseCriteria,
  valuesOf,
} from './capacity.ts'
export { requireCounted, requireParts } from './checks.ts'
export {
  type ComparedGate,
  judgeComparison,
  needsMore,
  parseComparison,
  type RegressionResult,
  withCoverage,
} from './comparison.ts'
export type { Operator } from './condition.ts'
export { InvalidRunError, RegressionError, ThresholdError, UndecidedComparisonError, UndecidedError } from './errors.ts'
export { type EvaluateOptions, evaluate, evaluateThresholds, isAccepted } from './evaluate.ts'
export {
  gateKindOf,
  type LimitGate,
  type ParsedCapacityGate,
  type ParsedObjective,
  type ParsedRegression,
  type ParsedThreshold,
} from './gate.ts'
export { Judging } from './judging.ts'
export type {
  AbortingCondition,
  AggregateName,
  Condition,
  Objectives,
  RegressionKey,
  Regressions,
  ScopeName,
  StatisticKey,
  ThresholdKey,
  ThresholdRecord,
  Thresholds,
} from './keys.ts'
export { changeText } from './message.ts'
export {
  gateRecord,
  parseCapacityGate,
  parseExpression,
  parseGate,
  parseObjectives,
  parseRegressions,
  parseThresholds,
} from './parse.ts'
export {
  formatConfidence,
  formatCount,
  formatNumber,
  QUANTITIES,
  readableUnit,
  withUnit,
} from './quantity.ts'
export { type Gates, gatesOf, minSuccessOfRun } from './scenario.ts'
export {
  bestLevel,
  type CurvePoint,
  findKnee,
  highestHolding,
  isOverSaturated,
  nextForLimit,
  nextForOptimum,
  type SearchRange,
} from './search.ts'
export { type BlockAmounts, type BlockPair, SIDES, type Side, type SideBlock } from './shift.ts'
export { parseKey, quantityOf, type Scope, type Statistic } from './statistic.ts'
export {
  decideVerdict,
  isAcceptedRun,
  isJudged,
  isOffered,
  judgeMinSuccess,
  MIN_OFFERED,
  type MinSuccess,
  minSuccessOf,
  type RequestCounts,
  requestCounts,
  verdictOfGates,
  worstVerdict,
} from './verdict.ts'
