/** What every test framework's door shares: a scenario checked, its load run in turn, recorded and judged. */
export type {
  CapacityScenario,
  SlaCriterion,
} from './capacity.ts'
export {
  type CollectedTest,
  type Compared,
  type Framework,
  type Mode,
  type OwnOf,
  type PerfCall,
  type PerfChain,
  type PerfEachOf,
  type PerfForOf,
  type PerfLinks,
  type PerfTestOf,
  PLAIN_LINKS,
  perfTestOf,
  type Searched,
  seenFrom,
  type Written,
} from './chain.ts'
export type { CheckedComparison, CompareScenario } from './compare.ts'
export type { Figure } from './figures.ts'
export {
  documentOf,
  renderFinding,
  renderNotSummarised,
  renderUnfinished,
  reportSetOf,
  summaryFigure,
  summaryFolders,
  USUAL_OUTPUTS,
  writeFinding,
  writeSummary,
} from './files.ts'
export type { Finding, Host, PerfRecord } from './host.ts'
export { sayProgress } from './live.ts'
export { LoadError, type Measured, rememberMetrics, toMeetThresholds } from './load.ts'
export { type CheckedScenario, projectDefaults, type Scenario } from './scenario.ts'
export { type Finished, readTables, renderFinished, showsTables, type Tables } from './tables.ts'
