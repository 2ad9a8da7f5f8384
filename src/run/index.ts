/** The pipeline: from a scenario to results, verdict and files. */
export { type BaselineRequest, compareWith } from './baseline.ts'
export { type Outcome, runPerfBenchmark } from './benchmark.ts'
export { type CapacityOutcome, readSearch } from './capacity.ts'
export type { CommandServer, CommandServerOptions } from './commandServer.ts'
export { type ComparisonOutcome, runComparison } from './compare.ts'
export { type ComparisonConfig, type ComparisonSide, comparisonShape, resolveComparison } from './comparison/config.ts'
export { packageVersion } from './environment.ts'
export { type Gates, gatesOf } from './gates.ts'
export { type ComparableHistory, comparableHistory, historyRecord } from './history.ts'
export type { RunHooks, RunProgress } from './hooks.ts'
export { embeddedNotice, requireEndpoint } from './hosts.ts'
export { type MergeOptions, type MergeOutcome, mergeShards } from './merge.ts'
export { mendProgressFile } from './progressFile.ts'
export { countDone, progressFacts, progressLine, shareDone, stageName } from './progressLine.ts'
export {
  type Recorded,
  type RecordedRun,
  type RunState,
  readJudged,
  readRecorded,
  readRunDb,
  readRuns,
} from './readRun.ts'
export type { RecentFigures } from './recent.ts'
export { type Recovered, recoverRun } from './recover.ts'
export { redactConfig } from './redact.ts'
export { analyse, runSweep, type SweepOutcome, type SweepRange } from './sweep.ts'
