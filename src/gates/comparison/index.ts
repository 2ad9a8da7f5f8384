/** Comparison of two endpoints measured in one run: what may become how much worse, and whether it did. */
export { type BlockAmounts, type BlockPair, SIDES, type Side, type SideBlock } from './blocks.ts'
export { RegressionError, UndecidedComparisonError } from './errors.ts'
export type { ComparedFigure, FigureShift, Method } from './figureShift.ts'
export { hodgesLehmann, hodgesLehmannShift } from './hodgesLehmann.ts'
export { judgeRegressions, needsMore, type RegressionResult } from './judge.ts'
export { type Look, looksOf } from './looks.ts'
export { type QuantileBlock, quantileShift } from './quantileShift.ts'
export { type SumPair, shiftOfRatio } from './ratioOfSums.ts'
export {
  type ParsedRegression,
  parseRegressions,
  type RegressionKey,
  type Regressions,
  regressionRecord,
  requireComparedObjectives,
} from './regression.ts'
export type { Shift } from './shift.ts'
export { signedRankCritical } from './signedRank.ts'
export { signFlipTail } from './signFlip.ts'
