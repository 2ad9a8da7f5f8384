/** A distribution in the shape of the result JSON. */
import type { Distribution } from '../result/index.ts'
import type { DistributionView } from './view.ts'

export function describe(view: DistributionView): Distribution {
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
