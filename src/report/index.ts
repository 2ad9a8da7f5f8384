/** How results are shown: documents of sections, which a terminal, Markdown and the page render. */

export { renderJson } from '../result/index.ts'
export { renderAgainstBaseline, renderHistory, renderStored } from './baselineText.ts'
export { capacityDocument } from './capacityDocument.ts'
export { comparedFailures, comparisonDocument } from './comparisonDocument.ts'
export { markOf, plainWords } from './document.ts'
export { renderMarkdown } from './markdown.ts'
export { renderText } from './renderText.ts'
export { runDocument } from './runDocument.ts'
export { overviewSection } from './runSet.ts'
export { adviceSentences, sweepDocument } from './sweepDocument.ts'
export {
  coloured,
  PLAIN_STYLE,
  plainText,
  supportsUnicode,
  type TerminalStyle,
  terminalStyle,
} from './terminal.ts'
export {
  messageOf,
  NOTHING_MEASURED,
  type ReportedTest,
  renderTestRun,
  stateOfError,
  type TestRun,
  type TestState,
} from './testSummary.ts'
