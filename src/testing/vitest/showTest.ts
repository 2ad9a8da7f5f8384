/**
 * What the reporter does with a finished test: prints its tables, writes them as Markdown beside the result DB, and on
 * GitHub annotates what failed.
 */
import { stripVTControlCharacters } from 'node:util'
import type { TestCase, TestProject, Vitest } from 'vitest/node'
import { ciSystem } from '../../config/ci.ts'
import { pathBelow } from '../../config/files/find.ts'
import { type TerminalStyle, terminalStyle } from '../../report/terminal.ts'
// Not from the folder's index: nothing else of it is needed where results are only shown.
import { renderUnfinished, summaryFolders, writeFinding, writeSummary } from '../files.ts'
import type { Finding } from '../host.ts'
import { readTables, renderFinished } from '../tables.ts'
import { measuredIn } from './artifact.ts'
import type { PerfgateSettings } from './config.ts'
import { writesToStdout } from './internals.ts'

/**
 * Prints and writes what a test measured.
 *
 * @param tests perf tests of the run, as far as they are known
 */
export async function showTest(test: TestCase, vitest: Vitest, tests: number): Promise<void> {
  for (const finding of findingsOf(test)) {
    print(test, vitest, finding, tests)
    try {
      await writeFinding(finding)
    } catch (error) {
      // The test has its verdict: a folder that cannot be written to is no reason to fail the run.
      vitest.logger.warn(`perfgate: the tables were not written as Markdown: ${(error as Error).message}`)
    }
  }
  if (ciSystem(process.env) === 'github')
    for (const line of githubErrors(test, process.env['GITHUB_WORKSPACE'])) logTo(vitest, () => `\n${line}`)
}

export function findingsOf(test: TestCase): Finding[] {
  return test.artifacts().flatMap((artifact) => measuredIn(artifact) ?? [])
}

/** In place of an earlier summary, until the run has ended. */
export function announceRun(projects: readonly TestProject[]): void {
  const folders = configuredFolders(projects)
  if (folders !== undefined) writeSummary(renderUnfinished(), summaryFolders(folders, []))
}

/** Where the plugin of these projects has results go; undefined where none of them has the plugin. */
export function configuredFolders(projects: readonly TestProject[]): string[] | undefined {
  const settings = projects.flatMap((project) => settingsOf(project) ?? [])
  if (settings.length === 0) return undefined
  return settings.flatMap(({ outputsDir, defaults }) => {
    const folder = outputsDir ?? defaults?.values['outputsDir']
    return folder === undefined ? [] : String(folder)
  })
}

/** Undefined where the project has no plugin. */
export function settingsOf(project: TestProject): PerfgateSettings | undefined {
  return (project.getProvidedContext() as { perfgate?: PerfgateSettings }).perfgate
}

function print(test: TestCase, vitest: Vitest, finding: Finding, tests: number): void {
  const title = `${test.module.relativeModuleId} > ${test.fullName}`
  const tables = settingsOf(test.project)?.tables ?? readTables(undefined)
  const hasPassed = test.result().state === 'passed'
  logTo(vitest, (style) => renderFinished(finding, { title, hasPassed, tables, tests }, style))
}

export function logTo(vitest: Vitest, render: (style: TerminalStyle) => string): void {
  const { logger, config } = vitest
  const toStderr = config.reporters.some((reporter) => writesToStdout(reporter, vitest))
  const stream = toStderr ? logger.errorStream : logger.outputStream
  const text = render(terminalStyle(stream as NodeJS.WriteStream))
  if (toStderr) logger.error(text)
  else logger.log(text)
}

/**
 * GitHub's annotations of a failed perf test, at the line of its call: workflow commands, one line each.
 *
 * A broken threshold has no place in the code, so its error has no stack, and Vitest's own `github-actions` reporter
 * leaves errors without a frame out. An error that has one is left to it: each is annotated once.
 */
function githubErrors(test: TestCase, workspace: string | undefined): string[] {
  const { state, errors } = test.result()
  if (state !== 'failed') return []
  const { moduleId } = test.module
  const path = workspace === undefined ? moduleId : (pathBelow(workspace, moduleId) ?? moduleId)
  const project = test.project.name === '' ? '' : `[${test.project.name}] `
  const properties: [string, string][] = [
    ['file', path],
    ...(test.location === undefined
      ? []
      : ([
          ['line', String(test.location.line)],
          ['column', String(test.location.column)],
        ] satisfies [string, string][])),
    ['title', `${project}${test.fullName}`],
  ]
  const at = properties.map(([name, value]) => `${name}=${escaped(value).replace(/:/g, '%3A').replace(/,/g, '%2C')}`)
  return errors
    .filter(hasNoFrame)
    .map(({ name, message }) => `::error ${at.join(',')}::${escaped(`${name ?? 'Error'}: ${message}`)}`)
}

function hasNoFrame({ stack = '', stacks = [] }: { stack?: string; stacks?: readonly unknown[] }): boolean {
  return stacks.length === 0 && !/\n\s*at /.test(stack)
}

/** As GitHub's runner reads it: percent, and what would end the line. */
function escaped(text: string): string {
  return stripVTControlCharacters(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}
