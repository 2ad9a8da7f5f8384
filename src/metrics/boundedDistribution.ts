/** The values of one metric, and the same values at the ends of what the errors of their timestamps leave open. */
import { Distribution } from './distribution.ts'

export class BoundedDistribution {
  readonly measured: Distribution
  /** Made with the first value that has such an end: on a quiet machine there is none. */
  #low: Distribution | undefined
  #high: Distribution | undefined

  constructor(scale: number) {
    this.measured = new Distribution(scale)
  }

  /** @param low, high ends of the value; what lies on the wrong side of it counts as the value */
  add(value: number, low = value, high = value): void {
    this.addRepeated(value, 1, low, high)
  }

  /** Adds one value with the same ends `count` times. */
  addRepeated(value: number, count: number, low = value, high = value): void {
    if (low < value) this.#low ??= this.measured.copy()
    if (high > value) this.#high ??= this.measured.copy()
    this.measured.addRepeated(value, count)
    this.#low?.addRepeated(Math.min(low, value), count)
    this.#high?.addRepeated(Math.max(high, value), count)
  }

  get low(): Distribution {
    return this.#low ?? this.measured
  }

  get high(): Distribution {
    return this.#high ?? this.measured
  }

  get hasBounds(): boolean {
    return this.#low !== undefined || this.#high !== undefined
  }
}
