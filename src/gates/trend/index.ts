/** Trends over stored results. */
export { type ChangePoint, type ChangePointOptions, changePoints, splitStatistics } from './changePoints.ts'
export { isRegression, type Stretch, type Trend, trendOf } from './trend.ts'
