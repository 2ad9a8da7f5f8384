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
export { projectDefaults } from './defaults.ts'
export type { Figure } from './figures.ts'
export {
  renderFinding,
  renderUnfinished,
  reportSetOf,
  summaryFigure,
  summaryFolders,
  USUAL_OUTPUTS,
  writeSummary,
} from './files.ts'
export type { Host } from './host.ts'
export { LoadError } from './judge.ts'
export type { Measured } from './load.ts'
export { rememberMetrics, toMeetThresholds } from './matcher.ts'
export type { Finding, PerfRecord } from './record.ts'
export type { CheckedScenario, Scenario } from './scenario.ts'
export { writeFinding } from './writeFinding.ts'
