/** Confidence intervals: for quantiles, means, rates and shares of samples that may be correlated. */
export { meanInterval, rateInterval, ratioInterval } from './batchMeans.ts'
export { binomialCdf } from './binomial.ts'
export { correlationTime, effectiveSize, overdispersion } from './effectiveSize.ts'
export { type Interval, UNBOUNDED } from './interval.ts'
export { quantileRanks, type RankInterval, samplesNeeded } from './orderStatistics.ts'
export { normalQuantile, studentTCdf, studentTQuantile } from './studentT.ts'
export { wilsonInterval } from './wilson.ts'
