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
import type { ReportSet } from '../report/reportRun.ts'
import type { CapacityResult, ComparisonResult, Result } from '../result/index.ts'
import { CAPACITY_ARTIFACT, RESULT_ARTIFACT } from './artifact.ts'
import { COMPARISON_ARTIFACT } from './comparisonArtifact.ts'
import { githubErrors } from './githubErrors.ts'

/** What one test measured. */
export interface Shown {
  results: Result[]
  comparisons: ComparisonResult[]
  capacities: CapacityResult[]
}

/** Prints and writes what a test measured. */
export function showTest(test: TestCase, vitest: Vitest): Shown {
  const results = resultsOf(test)
  const comparisons = comparisonsOf(test)
  const capacities = capacitiesOf(test)
  for (const result of results) {
    print(test, vitest, (style) => renderText(result, style))
    written(vitest, () => writeFiles(result))
  }
  for (const comparison of comparisons) {
    print(test, vitest, (style) => renderComparison(comparison, style))
    written(vitest, () => writeComparison(comparison))
  }
  for (const capacity of capacities) print(test, vitest, (style) => renderCapacity(capacity, style))
  if (process.env['GITHUB_ACTIONS'] === 'true')
    for (const line of githubErrors(test, process.env['GITHUB_WORKSPACE'])) logTo(vitest, () => `\n${line}`)
  return { results, comparisons, capacities }
}

function print(test: TestCase, vitest: Vitest, render: (style: TerminalStyle) => string): void {
  logTo(vitest, (style) => `\n${test.module.relativeModuleId} > ${test.fullName}\n\n${render(style)}\n`)
}

function logTo({ logger, config }: Vitest, render: (style: TerminalStyle) => string): void {
  const toStderr = config.reporters.some(ownsStdout)
  const stream = toStderr ? logger.errorStream : logger.outputStream
  const text = render(terminalStyle(stream as NodeJS.WriteStream))
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
  shown: readonly Shown[],
  folder: string | undefined,
  jobSummary: string | undefined,
): Promise<void> {
  const { renderPullRequest } = await import('../report/export/summary.ts')
  const set: ReportSet = {
    runs: shown.flatMap(({ results }) => results).map((result) => ({ result, requests: undefined })),
    comparisons: shown.flatMap(({ comparisons }) => comparisons),
    capacities: shown.flatMap(({ capacities }) => capacities),
  }
  const text = renderPullRequest(set)
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'summary.md'), text)
  }
  if (jobSummary) appendFileSync(jobSummary, `${text}\n`)
}

/** Where the results of these tests are; undefined where none was kept. */
export function folderOf(shown: readonly Shown[]): string | undefined {
  const paths = shown.flatMap(({ results, comparisons, capacities }) => [
    ...results.map(({ summary }) => summary.resultDbPath),
    ...comparisons.map(({ resultJsonPath }) => resultJsonPath),
    ...capacities.map(({ config }) => (config['store'] === 'none' ? null : join(String(config['outputsDir']), 'x'))),
  ])
  const first = paths.find((path) => path !== null)
  return first === undefined ? undefined : dirname(first)
}
