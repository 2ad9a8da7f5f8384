/** What reports and exports are made from: a result, and the rows of its DB where there are any. */

import type { StoredRequest } from '../records/index.ts'
import type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'

/** The rows of a result DB, read anew at each call; without their texts where those are not needed. */
export type RowSource = (options: { withoutTexts: boolean }) => Iterable<StoredRequest>

export interface ReportRun {
  result: Result
  /** Undefined where there is no DB: what needs the requests is left out, or refused. */
  requests: RowSource | undefined
  /** True for a side of a comparison and a level of a capacity search: those have the verdict, not it. */
  isPart?: boolean
}

/** What one report is about. */
export interface ReportSet {
  runs: readonly ReportRun[]
  comparisons: readonly ComparisonResult[]
  capacities: readonly CapacityResult[]
}

/** Names of runs, with what tells them apart where several have the same. */
export function labelsOf(results: readonly Result[]): string[] {
  const attempts = [
    (result: Result) => result.name,
    (result: Result) => `${result.name}, ${loadOf(result)}`,
    (result: Result) => `${result.name}, ${loadOf(result)}, ${result.startedAt}`,
  ]
  const columns = attempts.map((name) => results.map(name))
  return results.map((_, i) => {
    // The first form that no other run has.
    const found = columns.find((names) => names.filter((name) => name === names[i]).length === 1)
    return found?.[i] ?? `${i + 1}: ${columns[1]![i]}`
  })
}

/** `4 in parallel`, `10/s` or `open loop`. */
export function loadOf({ summary, config }: Result): string {
  const rate = Number(config['rate'] ?? -1)
  if (rate > 0) return `${rate}/s`
  return summary.concurrency === null ? 'open loop' : `${summary.concurrency} in parallel`
}
