/** A finding in the terminal and as files beside its result DB: the same from every framework. */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  renderCapacity,
  renderComparison,
  renderComparisonMarkdown,
  renderJson,
  renderMarkdown,
  renderText,
  type TerminalStyle,
} from '../report/index.ts'
import type { ComparisonResult, Result } from '../result/index.ts'
import type { Finding } from './record.ts'

/** The tables of a finding. */
export function renderFinding({ kind, result }: Finding, style: TerminalStyle): string {
  if (kind === 'result') return renderText(result, style)
  return kind === 'comparison' ? renderComparison(result, style) : renderCapacity(result, style)
}

/**
 * Writes the tables as Markdown beside the result DB, and the JSON where it is not there yet.
 *
 * @throws the file system's error when the folder cannot be written to
 */
export function writeFinding({ kind, result }: Finding): void {
  if (kind === 'result') writeFiles(result)
  if (kind === 'comparison') writeComparison(result)
}

function writeComparison(result: ComparisonResult): void {
  const json = result.resultJsonPath
  if (json === null) return
  mkdirSync(dirname(json), { recursive: true })
  writeFileSync(json.replace(/\.json$/, '.md'), renderComparisonMarkdown(result))
  if (!existsSync(json)) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`)
}

/** The JSON is there already where the load ran, but not where reports of other machines are merged. */
function writeFiles(result: Result): void {
  const db = result.summary.resultDbPath
  if (db === null) return
  const stem = db.replace(/\.db$/, '')
  mkdirSync(dirname(stem), { recursive: true })
  writeFileSync(`${stem}.md`, renderMarkdown(result))
  if (!existsSync(`${stem}.json`)) writeFileSync(`${stem}.json`, renderJson(result))
}

/**
 * For a pull request: a comment's body beside the results, and GitHub's summary of the job.
 *
 * @param jobSummary the file GitHub reads the job's summary from, appended to
 * @throws the file system's error when one cannot be written
 */
export async function writeSummary(results: readonly Result[], jobSummary: string | undefined): Promise<void> {
  if (results.length === 0) return
  const db = results.find(({ summary }) => summary.resultDbPath !== null)?.summary.resultDbPath
  const { renderPullRequest } = await import('../report/export/summary.ts')
  const text = renderPullRequest(results.map((result) => ({ result, requests: undefined })))
  if (db != null) writeFileSync(join(dirname(db), 'summary.md'), text)
  if (jobSummary) appendFileSync(jobSummary, `${text}\n`)
}
