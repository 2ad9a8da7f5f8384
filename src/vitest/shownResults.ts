/** What the reporter does with a finished test: prints its tables, and writes them as Markdown beside the result DB. */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestCase, Vitest } from 'vitest/node'
import {
  renderCapacity,
  renderComparison,
  renderComparisonMarkdown,
  renderJson,
  renderMarkdown,
  renderText,
  type TerminalStyle,
  terminalStyle,
} from '../report/index.ts'
import type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'
import { CAPACITY_ARTIFACT, RESULT_ARTIFACT } from './artifact.ts'
import { COMPARISON_ARTIFACT } from './comparisonArtifact.ts'

/** Prints and writes what a test measured. @returns its results */
export function showTest(test: TestCase, vitest: Vitest): Result[] {
  const results = resultsOf(test)
  for (const result of results) {
    print(test, vitest, (style) => renderText(result, style))
    written(vitest, () => writeFiles(result))
  }
  for (const comparison of comparisonsOf(test)) {
    print(test, vitest, (style) => renderComparison(comparison, style))
    written(vitest, () => writeComparison(comparison))
  }
  for (const capacity of capacitiesOf(test)) print(test, vitest, (style) => renderCapacity(capacity, style))
  return results
}

function print(test: TestCase, { logger, config }: Vitest, render: (style: TerminalStyle) => string): void {
  const toStderr = config.reporters.some(ownsStdout)
  const stream = toStderr ? logger.errorStream : logger.outputStream
  const text = `\n${test.module.relativeModuleId} > ${test.fullName}\n\n${render(terminalStyle(stream as NodeJS.WriteStream))}\n`
  if (toStderr) logger.error(text)
  else logger.log(text)
}

/** The test has its verdict: a folder that cannot be written to is no reason to fail the run. */
function written(vitest: Vitest, write: () => void): void {
  try {
    write()
  } catch (error) {
    vitest.logger.warn(`perfgate: the tables were not written as Markdown: ${(error as Error).message}`)
  }
}

/** Some reporters write to stdout what a program is to read; tables do not belong in between. */
function ownsStdout(reporter: Vitest['config']['reporters'][number]): boolean {
  if (!Array.isArray(reporter)) return false
  const [name, options] = reporter as [string, { stdout?: boolean } | undefined]
  return name === 'tap' || name === 'tap-flat' || ((name === 'json' || name === 'junit') && options?.stdout === true)
}

function resultsOf(test: TestCase): Result[] {
  return test.artifacts().flatMap((artifact) => (artifact.type === RESULT_ARTIFACT ? artifact.result : []))
}

function comparisonsOf(test: TestCase): ComparisonResult[] {
  return test.artifacts().flatMap((artifact) => (artifact.type === COMPARISON_ARTIFACT ? artifact.result : []))
}

function capacitiesOf(test: TestCase): CapacityResult[] {
  return test.artifacts().flatMap((artifact) => (artifact.type === CAPACITY_ARTIFACT ? artifact.capacity : []))
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

/** For a pull request: a comment's body beside the results, and GitHub's summary of the job. */
export async function writeSummary(
  results: readonly Result[],
  folder: string | undefined,
  jobSummary: string | undefined,
): Promise<void> {
  const { renderPullRequest } = await import('../report/export/summary.ts')
  const text = renderPullRequest(results.map((result) => ({ result, requests: undefined })))
  if (folder !== undefined) writeFileSync(join(folder, 'summary.md'), text)
  if (jobSummary) appendFileSync(jobSummary, `${text}\n`)
}
