/** The pipeline: from a scenario to results, verdict and files. */
export { type BaselineRequest, compareWith } from './baseline.ts'
export { type Outcome, runPerfBenchmark } from './benchmark.ts'
export { type CapacityOutcome, readSearch, runCapacity } from './capacity.ts'
export { environment, packageVersion } from './environment.ts'
export { type ComparableHistory, comparableHistory, historyRecord } from './history.ts'
export type { RunHooks, RunProgress } from './hooks.ts'
export { runSweep, type SweepOutcome, type SweepRange } from './sweep.ts'
