/** Statistics: pure functions, numbers in, intervals out. Each names its source and is tested against published values. */
export {
  absoluteChange,
  type Change,
  type Estimate,
  relativeChange,
  shareDifference,
  wilsonInterval,
} from './changes.ts'
export { average, correlationTime, effectiveSize, grouped, groupSize, overdispersion } from './correlation.ts'
export { binomialCdf, normalQuantile, studentTCdf, studentTQuantile } from './distributions.ts'
export { type Interval, type Shift, UNBOUNDED } from './interval.ts'
export { LOOK_GROWTH, type Look, lookConfidence, looksOf, looksUpTo, type PlannedLook } from './looks.ts'
export { meanInterval, normalInterval, rateInterval, ratioInterval } from './means.ts'
export { type ClosedLoopTime, idleShare, longest, shortest } from './measurementError.ts'
export { hodgesLehmann, hodgesLehmannShift, signedRankCritical, signFlipTail } from './pairs.ts'
export { type QuantileBlock, quantileShift } from './quantileShift.ts'
export { indexAt, quantileRanks, type RankInterval, samplesNeeded, valueAt } from './quantiles.ts'
export { type SumPair, type Sums, shiftOfRatio } from './ratioOfSums.ts'
