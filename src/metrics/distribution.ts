/** The values of one metric: exact up to 100,000 samples, then a histogram of three significant digits. */
import { createRequire } from 'node:module'
import type { Histogram } from 'hdr-histogram-js'
import type { Distribution as DescribedDistribution } from '../result/index.ts'
import { indexAt } from '../stats/index.ts'
import type { DistributionView } from './names.ts'

/** Samples up to which every value is kept and percentiles are exact. */
export const EXACT_LIMIT = 100_000

export class Distribution implements DistributionView {
  n = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  /** Histogram units per unit of the metric: 1000 turns milliseconds into whole microseconds. */
  readonly #scale: number
  #mean = 0
  #squares = 0
  #first = Number.NaN
  /** Undefined while all values are as the first, as token counts and the delays of a closed loop often are. */
  #values: Float64Array | undefined
  /** The first value again and again, for who asks for such samples. */
  #firsts = new Float64Array(0)
  #sorted: Float64Array | undefined
  #histogram: Histogram | undefined

  constructor(scale = 1000) {
    this.#scale = scale
  }

  get exact(): boolean {
    return this.#histogram === undefined
  }

  get mean(): number {
    return this.#mean
  }

  /** Of the population, as numpy's default. */
  get stddev(): number {
    return this.n === 0 ? 0 : Math.sqrt(this.#squares / this.n)
  }

  add(value: number): void {
    // Welford's update: stable however many samples there are.
    const delta = value - this.#mean
    const n = ++this.n
    if (n === 1) this.#first = value
    this.#mean += delta / n
    this.#squares += delta * (value - this.#mean)
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    if (this.#histogram !== undefined) {
      this.#histogram.recordValue(Math.max(0, Math.round(value * this.#scale)))
      return
    }
    if (n > EXACT_LIMIT) {
      this.#toHistogram(value)
      return
    }
    this.#sorted = undefined
    if (this.#values === undefined) {
      if (value === this.#first) return
      this.#values = new Float64Array(lengthFor(n)).fill(this.#first, 0, n - 1)
    } else if (n > this.#values.length) {
      const larger = new Float64Array(lengthFor(n))
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[n - 1] = value
  }

  /** Adds one value `count` times; tokens that arrive in one read have many gaps of 0. */
  addRepeated(value: number, count: number): void {
    if (this.#histogram === undefined) {
      for (let i = 0; i < count; i++) this.add(value)
      return
    }
    // The parallel form of Welford's update (Chan, Golub and LeVeque, 1979), for a group without variance.
    const n = this.n + count
    const delta = value - this.#mean
    this.#squares += (delta * delta * this.n * count) / n
    this.#mean += (delta * count) / n
    this.n = n
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    this.#histogram.recordValueWithCount(Math.max(0, Math.round(value * this.#scale)), count)
  }

  /** The same samples, to which others are added from now on. */
  copy(): Distribution {
    const copy = new Distribution(this.#scale)
    copy.n = this.n
    copy.min = this.min
    copy.max = this.max
    copy.#mean = this.#mean
    copy.#squares = this.#squares
    copy.#first = this.#first
    copy.#values = this.#values?.slice()
    if (this.#histogram !== undefined) {
      copy.#histogram = newHistogram()
      copy.#histogram.add(this.#histogram)
    }
    return copy
  }

  percentile(p: number): number {
    return this.orderStatistic(indexAt(p / 100, this.n))
  }

  orderStatistic(k: number): number {
    if (this.n === 0) return Number.NaN
    if (this.#histogram === undefined) {
      this.#sorted ??= this.opening().slice().sort()
      return this.#sorted[k]!
    }
    if (k === 0) return this.min
    if (k === this.n - 1) return this.max
    return Math.min(this.max, this.#histogram.getValueAtPercentile(((k + 1) / this.n) * 100) / this.#scale)
  }

  series(): Float64Array | undefined {
    return this.#histogram === undefined ? this.opening() : undefined
  }

  opening(): Float64Array {
    const n = Math.min(this.n, EXACT_LIMIT)
    if (this.#values !== undefined) return this.#values.subarray(0, n)
    if (n > this.#firsts.length) this.#firsts = new Float64Array(lengthFor(n)).fill(this.#first)
    return this.#firsts.subarray(0, n)
  }

  #toHistogram(value: number): void {
    const histogram = newHistogram()
    const record = (sample: number, count: number): void =>
      histogram.recordValueWithCount(Math.max(0, Math.round(sample * this.#scale)), count)
    if (this.#values === undefined) record(this.#first, EXACT_LIMIT)
    else for (const kept of this.#values) record(kept, 1)
    record(value, 1)
    // The values stay: their order tells how correlated neighbours are, which a histogram cannot.
    this.#histogram = histogram
    this.#sorted = undefined
  }
}

/** In few steps: what is never written takes no memory, while outgrown arrays leave holes in it. */
function lengthFor(n: number): number {
  return n <= 256 ? 256 : n <= 4096 ? 4096 : EXACT_LIMIT
}

/** A distribution in the shape of the result JSON. */
export function describe(view: DistributionView): DescribedDistribution {
  const { n, mean, stddev, min, max, exact } = view
  return {
    n,
    mean,
    stddev,
    min,
    max,
    p50: view.percentile(50),
    p90: view.percentile(90),
    p95: view.percentile(95),
    p99: view.percentile(99),
    p999: view.percentile(99.9),
    exact,
  }
}

const LOWEST = 1
const HIGHEST = 2 ** 32
const DIGITS = 3

type Class = new (lowest: number, highest: number, digits: number) => Histogram

/** Loaded when it is needed, which most runs are too small for. */
const require = createRequire(import.meta.url)

/** A histogram of three significant digits for whole numbers from 1. */
function newHistogram(): Histogram {
  const histogram = new (counting())(LOWEST, HIGHEST, DIGITS)
  histogram.autoResize = true
  return histogram
}

/**
 * The one part of hdr-histogram-js that counts values, without the rest (its log formats, compression, WebAssembly):
 * 6 MiB and 8 ms instead of 22 MiB and 60 ms, in the midst of a run. Where a version keeps it elsewhere, the whole
 * library is loaded instead.
 */
function counting(): Class {
  try {
    return (require('hdr-histogram-js/dist/Int32Histogram.js') as { default: Class }).default
  } catch {
    return (require('hdr-histogram-js') as unknown as { Int32Histogram: Class }).Int32Histogram
  }
}
