/** Runs of a set beside each other: percentiles with their intervals, from the requests where they are at hand. */

import type { Result } from '../result/index.ts'
import { effectiveSize, quantileRanks, valueAt } from '../stats/index.ts'
import type { RowSource } from './reportRun.ts'

export const COMPARED = [
  { metric: 'latency', quantile: 0.5, title: 'latency p50' },
  { metric: 'latency', quantile: 0.99, title: 'latency p99' },
  { metric: 'ttft', quantile: 0.5, title: 'TTFT p50' },
  { metric: 'ttft', quantile: 0.99, title: 'TTFT p99' },
] as const

export interface ComparedFigure {
  /** Milliseconds; null where nothing was measured. */
  value: number | null
  /** 95 %; an end is null where n is too small for a finite one. Absent without the requests. */
  interval: [number | null, number | null] | undefined
}

const CONFIDENCE = 0.95

/** One figure for each of COMPARED; the rule of the percentile is that of docs/metrics.md. */
export function comparedFigures(result: Result, requests: RowSource | undefined): ComparedFigure[] {
  const series = requests === undefined ? undefined : readSeries(requests)
  return COMPARED.map(({ metric, quantile }) => {
    const samples = series?.[metric]
    if (samples === undefined || samples.length === 0) {
      const found = result.distributions[metric]
      return { value: (quantile === 0.5 ? found?.p50 : found?.p99) ?? null, interval: undefined }
    }
    const sorted = Float64Array.from(samples).sort()
    const n = sorted.length
    const { low, high } = quantileRanks(n, quantile, CONFIDENCE, effectiveSize(samples))
    return {
      value: valueAt(sorted, quantile),
      interval: [low === null ? null : sorted[low - 1]!, high === null ? null : sorted[high - 1]!],
    }
  })
}

function readSeries(requests: RowSource): Record<'latency' | 'ttft', number[]> {
  const series = { latency: [] as number[], ttft: [] as number[] }
  for (const row of requests({ withoutTexts: true })) {
    if (row.warmup === 1 || row.success !== 1) continue
    if (row.latency !== null) series.latency.push(Number(row.latency) * 1000)
    const first = row.time_to_first_token ?? (row.is_stream === 1 ? null : row.latency)
    if (first !== null) series.ttft.push(Number(first) * 1000)
  }
  return series
}
