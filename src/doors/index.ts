/** What every test framework's door shares: a scenario checked, its load run in turn, recorded and judged. */
export type {
  CapacityScenario,
  SlaCriterion,
} from './capacity.ts'
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
export {
  CAPACITY,
  COMPARE,
  type CollectedTest,
  checkedWhenRun,
  type Framework,
  type Kind,
  LOAD,
  type OwnOf,
  type PerfCall,
  type PerfCalls,
  type PerfTestOf,
  perfTestOf,
} from './perfTest.ts'
export type { Finding, PerfRecord } from './record.ts'
export { type PerfEachOf, type PerfForOf, type PerfRows, ROW_WANTED, type ScenarioOf } from './rows.ts'
export type { CheckedScenario, Scenario } from './scenario.ts'
export { seenFrom } from './seenFrom.ts'
export { writeFinding } from './writeFinding.ts'
