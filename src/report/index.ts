/** How a result is shown: one file per format, one line here. */
export { renderJson } from './json.ts'
export { renderMarkdown } from './markdown.ts'
export { type PercentileTableOptions, percentileTable } from './percentileTable.ts'
export { plainWords } from './serverWords.ts'
export { summaryTable } from './summaryTable.ts'
export { PLAIN_STYLE, supportsUnicode, type TerminalStyle, terminalStyle } from './terminal.ts'
export { renderText } from './text.ts'
export { verdictLines } from './verdictLines.ts'
