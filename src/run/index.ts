/** The pipeline: from a scenario to results, verdict and files. */
export { type Outcome, runPerfBenchmark } from './benchmark.ts'
export { type CommandServer, type CommandServerOptions, startCommandServer } from './commandServer.ts'
export { type ComparisonOutcome, runComparison } from './compare.ts'
export { type ComparisonConfig, type ComparisonSide, resolveComparison } from './comparison/config.ts'
export { environment, packageVersion } from './environment.ts'
export type { RunHooks, RunProgress } from './hooks.ts'
