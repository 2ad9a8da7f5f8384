/** Capacity: how much load an endpoint carries within a service level. */
export { type Criterion, type CriterionRecord, parseCriteria } from './criteria.ts'
export { type CurvePoint, findKnee, isOverSaturated } from './curve.ts'
export {
  type CapacityKey,
  capacityGateRecord,
  type Found,
  judgeCapacity,
  type ParsedCapacityGate,
  parseCapacityGate,
} from './gate.ts'
export { type CriterionValue, judgesFailures, type LevelFigures, meets, optimumValue, valuesOf } from './judge.ts'
export { bestLevel, highestHolding, nextForLimit, nextForOptimum, type SearchRange } from './search.ts'
