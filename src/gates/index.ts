/** Thresholds and statistics: from what was measured to a verdict. */
export * from './baseline/index.ts'
export * from './capacity/index.ts'
export type { Operator } from './condition.ts'
export { withCoverage } from './coverage.ts'
export { InvalidRunError, ThresholdError, UndecidedError } from './errors.ts'
export { type EvaluateOptions, evaluateThresholds, isAccepted } from './evaluate.ts'
export { type Figure, parseKey, quantityOf } from './figure.ts'
export { formatConfidence, formatCount, formatNumber, readableUnit, withUnit } from './format.ts'
export {
  type ParsedThreshold,
  parseExpression,
  parseThresholds,
  requireObjectives,
  type ThresholdRecord,
  thresholdRecord,
} from './grammar.ts'
export type {
  AbortingCondition,
  AggregateName,
  Condition,
  FigureKey,
  Objectives,
  ScopeName,
  ThresholdKey,
  Thresholds,
} from './keys.ts'
export { judgeMinSuccess, type MinSuccess, minSuccessOf } from './minSuccess.ts'
export { objectiveRecord, type ParsedObjective, parseObjectives } from './objectives.ts'
export { outOfReach } from './outOfReach.ts'
export { QUANTITIES, type Quantity } from './quantity.ts'
export {
  type ParsedRegression,
  parseRegressions,
  regressionRecord,
} from './regressions.ts'
export { requireParts, type Scope } from './scope.ts'
export {
  decideVerdict,
  isAcceptedRun,
  type RequestCounts,
  requestCounts,
  verdictOfGates,
  worstVerdict,
} from './verdict.ts'
