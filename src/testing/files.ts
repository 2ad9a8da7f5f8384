/** A finding in the terminal and as files beside its result DB: the same from every framework. */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
// Not from the folder's index: what needs schemas is loaded where it is used, since Vitest waits for this file.
import { capacityDocument, capacitySentence } from '../report/capacityDocument.ts'
import { comparisonDocument, comparisonSentence } from '../report/comparisonDocument.ts'
import { type ReportDocument, SIGNS } from '../report/document.ts'
import { inline, renderMarkdown } from '../report/markdown.ts'
import { renderText } from '../report/renderText.ts'
import { runDocument, verdictSentence } from '../report/runDocument.ts'
import type { ReportSet } from '../report/runSet.ts'
import type { TerminalStyle } from '../report/terminal.ts'
import type { ReportedTest } from '../report/testSummary.ts'
import type { ComparisonResult, Result } from '../result/index.ts'
import { FIGURE_PREFIX, type Figure } from './figures.ts'
import type { Finding, PerfRecord } from './host.ts'

/** The tables of a finding. */
export function renderFinding(finding: Finding, style: TerminalStyle): string {
  return renderText(documentOf(finding), style)
}

export function documentOf({ kind, result }: Finding): ReportDocument {
  if (kind === 'result') return runDocument(result)
  return kind === 'comparison' ? comparisonDocument(result) : capacityDocument(result)
}

/** The verdict in one line, as a figure beside the others. */
export function summaryFigure(record: PerfRecord): Figure {
  const level = record.level === undefined ? '' : `${record.level}.`
  return { name: `${FIGURE_PREFIX}${level}summary`, value: sentenceOf(record) }
}

/** For instance `pass, 2 of 2 thresholds kept`. */
export function sentenceOf({ kind, result }: Finding): string {
  if (kind === 'result') return verdictSentence(result)
  return kind === 'comparison' ? comparisonSentence(result) : capacitySentence(result)
}

/**
 * Writes the tables as Markdown beside the result DB, and the JSON where it is not there yet: it is where the load ran,
 * but not where reports of other machines are merged.
 *
 * @throws the file system's error when the folder cannot be written to
 */
export async function writeFinding({ kind, result }: Finding): Promise<void> {
  if (kind === 'comparison') writeComparison(result)
  if (kind === 'result') await writeResult(result)
}

function writeComparison(result: ComparisonResult): void {
  const json = result.resultJsonPath
  if (json === null) return
  mkdirSync(dirname(json), { recursive: true })
  writeFileSync(json.replace(/\.json$/, '.md'), renderMarkdown(comparisonDocument(result)))
  if (!existsSync(json)) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`)
}

async function writeResult(result: Result): Promise<void> {
  const db = result.summary.resultDbPath
  if (db === null) return
  const stem = db.replace(/\.db$/, '')
  mkdirSync(dirname(stem), { recursive: true })
  writeFileSync(`${stem}.md`, renderMarkdown(runDocument(result)))
  if (existsSync(`${stem}.json`)) return
  // The order of its keys is that of its schema, which nothing else here needs.
  const { renderJson } = await import('../result/json.ts')
  writeFileSync(`${stem}.json`, renderJson(result))
}

/** As `runs`, `comparisons` and `capacities` of a report. */
export function reportSetOf(findings: readonly Finding[]): ReportSet {
  return {
    runs: findings.flatMap(({ kind, result }) => (kind === 'result' ? { result, requests: undefined } : [])),
    comparisons: findings.flatMap(({ kind, result }) => (kind === 'comparison' ? result : [])),
    capacities: findings.flatMap(({ kind, result }) => (kind === 'capacity' ? result : [])),
  }
}

/** Where results go that nobody named a folder for. */
export const USUAL_OUTPUTS = './outputs'

const SUMMARY = 'summary.md'

/**
 * The folders of a summary: all that results of the run are in, or would have been. An earlier summary in any of them
 * would be taken for this run's.
 *
 * @param named by the configuration or by tests
 */
export function summaryFolders(named: Iterable<string>, tests: readonly ReportedTest[]): string[] {
  const folders = new Set(
    [...named, ...tests.flatMap(({ measured }) => foldersOf(measured))].map((path) => resolve(path)),
  )
  if (folders.size === 0 || existsSync(join(USUAL_OUTPUTS, SUMMARY))) folders.add(resolve(USUAL_OUTPUTS))
  return [...folders]
}

/**
 * For a pull request: a comment's body beside the results, and GitHub's summary of the job.
 *
 * @param jobSummary the file GitHub reads the job's summary from, appended to
 * @throws the file system's error when one cannot be written, after the others were
 */
export function writeSummary(text: string, folders: readonly string[], jobSummary?: string): void {
  const writes = [
    ...folders.map((folder) => () => {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, SUMMARY), text)
    }),
    () => {
      if (jobSummary) appendFileSync(jobSummary, `${text}\n`)
    },
  ]
  const errors: unknown[] = []
  for (const write of writes) {
    try {
      write()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

/** What stands in place of the summary until the run has ended: one that was killed leaves no earlier pass. */
export function renderUnfinished(tests: readonly string[] = []): string {
  const named = tests.map((name) => `\n- ⏹️ ${inline(name)}`).join('')
  return `## ${SIGNS.fail} perfgate: the run has not ended\n${named === '' ? '' : `${named}\n`}`
}

/** What stands in place of the summary of a run that nobody summarises: an earlier one would be taken for its own. */
export function renderNotSummarised(why: string): string {
  return `## ${SIGNS.undecided} perfgate: this run has no summary\n\n${inline(why)}\n`
}

/** Where results of these are; none where none was kept. */
function foldersOf({ runs, comparisons, capacities }: ReportSet): string[] {
  const files = [
    ...runs.map(({ result }) => result.summary.resultDbPath),
    ...comparisons.map(({ resultJsonPath }) => resultJsonPath),
  ]
  const kept = capacities.filter(({ config }) => config['store'] !== 'none')
  return [
    ...files.flatMap((path) => (path === null ? [] : dirname(path))),
    ...kept.map(({ config }) => String(config['outputsDir'])),
  ]
}
