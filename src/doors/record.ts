/** What a perf test hands to its framework's reporter: plain JSON, which crosses to another process unchanged. */
import type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'
import type { Figure } from './figures.ts'

export type Finding =
  | { kind: 'result'; result: Result }
  | { kind: 'comparison'; result: ComparisonResult }
  | { kind: 'capacity'; result: CapacityResult }

/** What was found, and its figures by name for reports that take names and values. */
export type PerfRecord = Finding & {
  figures: Figure[]
  /** Of a sweep: which level of load this is. */
  level?: string | undefined
}
