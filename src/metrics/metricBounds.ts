/** A run as it would be at one end of what its client's errors leave open: its times, and what is counted by them. */
import type { FailureCause } from '../samples/index.ts'
import type { BoundedDistribution } from './boundedDistribution.ts'
import {
  type Coverage,
  type DistributionName,
  type DistributionView,
  factsOf,
  type MetricsView,
  type ScalarName,
} from './names.ts'

export interface BoundedCounts {
  distributions: ReadonlyMap<DistributionName, BoundedDistribution>
  /** Requests that meet the objectives at both ends of their times, and at one of them; NaN without objectives. */
  surelyGood: number
  possiblyGood: number
  /** Share of the load that was offered, 0 to 1: a punctual client would have reached rates 1 / share as high. */
  offeredShare: number
}

/** Only the rates that the load decides: others are shares or sums. */
const PER_TIME: ReadonlySet<string | null> = new Set(['seconds', 'steadySeconds'])

export class BoundView implements MetricsView {
  readonly #measured: MetricsView
  readonly #end: 'low' | 'high'
  readonly #counts: BoundedCounts

  constructor(measured: MetricsView, end: 'low' | 'high', counts: BoundedCounts) {
    this.#measured = measured
    this.#end = end
    this.#counts = counts
  }

  distribution(name: DistributionName): DistributionView | undefined {
    const distribution = this.#counts.distributions.get(name)![this.#end]
    return distribution.n > 0 ? distribution : undefined
  }

  scalar(name: ScalarName): number | undefined {
    const measured = this.#measured.scalar(name)
    if (measured === undefined) return undefined
    const { amount, per } = factsOf(name)
    const { offeredShare, surelyGood, possiblyGood } = this.#counts
    const isLow = this.#end === 'low'
    if (name === 'timeTaken') return isLow ? measured * offeredShare : measured
    const faster = PER_TIME.has(per) && !isLow ? measured / offeredShare : measured
    if (amount !== 'good') return faster
    const good = isLow ? surelyGood : possiblyGood
    const total = this.#measured.scalar('totalRequests') ?? 0
    const share = this.#measured.scalar('goodShare') ?? 0
    // The share of good requests carries over to their rate.
    return share > 0 ? (faster * good) / (share * total) : isLow ? 0 : this.#rateOfGood(per, good)
  }

  coverage(name: DistributionName): Coverage | undefined {
    return this.#measured.coverage(name)
  }

  errors(cause: FailureCause): number {
    return this.#measured.errors(cause)
  }

  /** Where none met the objectives as measured, there is nothing to scale. */
  #rateOfGood(per: string | null, good: number): number {
    const total = this.#measured.scalar('totalRequests') ?? 0
    if (!PER_TIME.has(per)) return total === 0 ? 0 : good / total
    const seconds = this.#measured.scalar('timeTaken') ?? 0
    return seconds > 0 ? good / seconds / this.#counts.offeredShare : 0
  }
}
