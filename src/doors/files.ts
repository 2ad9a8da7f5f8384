/** A finding in the terminal and as files beside its result DB: the same from every framework. */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
// Not from the folder's index: what needs schemas is loaded where it is used, since Vitest waits for this file.
import { capacitySentence, renderCapacity } from '../report/capacityText.ts'
import { comparisonSentence, renderComparison, renderComparisonMarkdown } from '../report/comparisonTable.ts'
import { renderMarkdown } from '../report/markdown.ts'
import type { TerminalStyle } from '../report/terminal.ts'
import { renderText } from '../report/text.ts'
import { verdictSentence } from '../report/verdictLines.ts'
import type { ComparisonResult, Result } from '../result/index.ts'
import { FIGURE_PREFIX, type Figure } from './figures.ts'
import type { Finding, PerfRecord } from './record.ts'

/** The tables of a finding. */
export function renderFinding({ kind, result }: Finding, style: TerminalStyle): string {
  if (kind === 'result') return renderText(result, style)
  return kind === 'comparison' ? renderComparison(result, style) : renderCapacity(result, style)
}

/** The verdict in one line, as a figure beside the others. */
export function summaryFigure(record: PerfRecord): Figure {
  const level = record.level === undefined ? '' : `${record.level}.`
  return { name: `${FIGURE_PREFIX}${level}summary`, value: sentenceOf(record) }
}

/** For instance `pass, 2 of 2 thresholds kept`. */
function sentenceOf({ kind, result }: Finding): string {
  if (kind === 'result') return verdictSentence(result)
  return kind === 'comparison' ? comparisonSentence(result) : capacitySentence(result)
}

/**
 * Writes the tables as Markdown beside the result DB.
 *
 * @returns a result whose JSON is not there yet: it is where the load ran, but not where reports of other machines are
 *   merged
 * @throws the file system's error when the folder cannot be written to
 */
export function writeTables({ kind, result }: Finding): Result | undefined {
  if (kind === 'comparison') writeComparison(result)
  return kind === 'result' ? writeFiles(result) : undefined
}

function writeComparison(result: ComparisonResult): void {
  const json = result.resultJsonPath
  if (json === null) return
  mkdirSync(dirname(json), { recursive: true })
  writeFileSync(json.replace(/\.json$/, '.md'), renderComparisonMarkdown(result))
  if (!existsSync(json)) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`)
}

function writeFiles(result: Result): Result | undefined {
  const db = result.summary.resultDbPath
  if (db === null) return undefined
  const stem = db.replace(/\.db$/, '')
  mkdirSync(dirname(stem), { recursive: true })
  writeFileSync(`${stem}.md`, renderMarkdown(result))
  return existsSync(`${stem}.json`) ? undefined : result
}

/**
 * For a pull request: a comment's body beside the results, and GitHub's summary of the job.
 *
 * @param jobSummary the file GitHub reads the job's summary from, appended to
 * @throws the file system's error when one cannot be written
 */
export async function writeSummary(findings: readonly Finding[], jobSummary: string | undefined): Promise<void> {
  if (findings.length === 0) return
  const { renderPullRequest } = await import('../report/export/summary.ts')
  const text = renderPullRequest({
    runs: findings.flatMap(({ kind, result }) => (kind === 'result' ? { result, requests: undefined } : [])),
    comparisons: findings.flatMap(({ kind, result }) => (kind === 'comparison' ? result : [])),
    capacities: findings.flatMap(({ kind, result }) => (kind === 'capacity' ? result : [])),
  })
  const folder = folderOf(findings)
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'summary.md'), text)
  }
  if (jobSummary) appendFileSync(jobSummary, `${text}\n`)
}

/** Where the first of these results is; undefined where none was kept. */
function folderOf(findings: readonly Finding[]): string | undefined {
  for (const { kind, result } of findings) {
    if (kind === 'capacity') {
      if (result.config['store'] !== 'none') return String(result.config['outputsDir'])
      continue
    }
    const path = kind === 'result' ? result.summary.resultDbPath : result.resultJsonPath
    if (path !== null) return dirname(path)
  }
  return undefined
}
