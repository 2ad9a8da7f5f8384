/** Comparison of two endpoints measured in one run: what may become how much worse, and whether it did. */
export { type BlockAmounts, type BlockPair, SIDES, type Side, type SideBlock } from './blocks.ts'
export { RegressionError, UndecidedComparisonError } from './errors.ts'
export type { ComparedFigure, FigureShift, Method } from './figureShift.ts'
export { judgeRegressions, needsMore, type RegressionResult } from './judge.ts'
export {
  type ParsedRegression,
  parseRegressions,
  type RegressionKey,
  type Regressions,
  regressionRecord,
  requireComparedObjectives,
} from './regression.ts'
