/** What gates and reports may ask of the measured figures of a run. */
import type { FailureCause } from '../samples/index.ts'
import type { DistributionName, ScalarName } from './names.ts'

export interface DistributionView {
  /** Number of samples. */
  readonly n: number
  readonly mean: number
  readonly stddev: number
  readonly min: number
  readonly max: number
  /** False when values come from a histogram rather than from the samples themselves. */
  readonly exact: boolean
  /** The value at index `min(n − 1, floor(p/100 × n))` of the ascending samples. @param p 0 to 100 */
  percentile(p: number): number
  /** The k-th smallest sample, k from 0 to n − 1. */
  orderStatistic(k: number): number
  /** Samples in the order in which they were finished, where they are kept; for intervals that respect correlation. */
  series(): Float64Array | undefined
  /** The first 100,000 samples in that order, however many there are: enough to tell how correlated neighbours are. */
  opening(): Float64Array
}

export interface Coverage {
  measured: number
  /** Answers that could have it: a time per token, for instance, takes two tokens. */
  of: number
}

export interface MetricsView {
  /** Undefined when not one sample was measured. */
  distribution(name: DistributionName): DistributionView | undefined
  /** Undefined when it has no meaning here (goodput without objectives, a cache-hit share the server does not report). */
  scalar(name: ScalarName): number | undefined
  /**
   * How many of the succeeded answers that could have a metric have it; undefined for one that is not of single answers.
   */
  coverage(name: DistributionName): Coverage | undefined
  /** Failed requests of one cause. */
  errors(cause: FailureCause): number
}
