/** Percentiles of a plain list of numbers, by the rule of docs/metrics.md. */
import { valueAt } from '../../src/stats/index.ts'

export interface Quantiles {
  n: number
  min: number
  mean: number
  p50: number
  p99: number
  max: number
}

export function quantiles(values: Float64Array | readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => valueAt(sorted, share)
  return {
    n: sorted.length,
    min: at(0),
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  }
}
