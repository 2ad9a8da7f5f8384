/** The pipeline: from a scenario to results, verdict and files. */
export { type Outcome, runPerfBenchmark } from './benchmark.ts'
export { environment, packageVersion } from './environment.ts'
export { type Gates, gatesOf } from './gates.ts'
export type { RunHooks, RunProgress } from './hooks.ts'
export { type RecordedRun, readRunDb, readRuns } from './readRun.ts'
export type { RecentFigures } from './recent.ts'
