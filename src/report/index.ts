/** How a result is shown: one file per format, one line here. */

export { renderJson } from '../result/index.ts'
export { renderAgainstBaseline, renderHistory, renderStored } from './baselineText.ts'
export { renderCapacity, renderCapacityMarkdown } from './capacityText.ts'
export { coloured } from './colour.ts'
export { comparedFailures, renderComparison, renderComparisonMarkdown } from './comparisonTable.ts'
export { renderMarkdown } from './markdown.ts'
export { markOf } from './marks.ts'
export { OVERVIEW_TITLE, overviewCells, overviewTable } from './overviewTable.ts'
export { type PercentileTableOptions, percentileTable } from './percentileTable.ts'
export { plainWords } from './serverWords.ts'
export { summaryTable } from './summaryTable.ts'
export { renderAdvice, renderSweep } from './sweepText.ts'
export { PLAIN_STYLE, plainText, supportsUnicode, type TerminalStyle, terminalStyle } from './terminal.ts'
export {
  messageOf,
  NOTHING_MEASURED,
  type ReportedTest,
  renderTestRun,
  stateOfError,
  type TestRun,
  type TestState,
} from './testSummary.ts'
export { renderText } from './text.ts'
export { verdictLines } from './verdictLines.ts'
