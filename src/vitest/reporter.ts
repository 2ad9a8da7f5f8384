/** Vitest's reporter of ours: prints both tables under each perf test, and writes them as Markdown beside the result DB. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestCase, Vitest } from 'vitest/node'
import { renderJson, renderMarkdown, renderText } from '../report/index.ts'
import type { Result } from '../result/index.ts'
import { RESULT_ARTIFACT } from './artifact.ts'
import { withoutFigures } from './terminalAnnotations.ts'

/** Reporters that may own stdout: the tables then go to stderr. */
const MACHINE_REPORTERS = new Set(['tap', 'tap-flat', 'json', 'junit'])

/** Works on what Vitest keeps of a test, so it prints the same live and after `--merge-reports`. */
export default class PerfgateReporter implements Reporter {
  #vitest: Vitest | undefined
  #toStderr = false

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    const names = vitest.config.reporters.map((reporter) => (Array.isArray(reporter) ? String(reporter[0]) : ''))
    this.#toStderr = names.some((name) => MACHINE_REPORTERS.has(name)) 
    withoutFigures(vitest)
  }

  onTestCaseResult(test: TestCase): void {
    const results = resultsOf(test)
    for (const result of results) {
      this.#print(`\n${test.fullName}\n${renderText(result, this.#style())}`)
      writeFiles(result)
    }
  }

  #print(text: string): void {
    if (this.#toStderr) this.#vitest!.logger.error(text)
    else this.#vitest!.logger.log(text)
  }
}

function resultsOf(test: TestCase): Result[] {
  return test.artifacts().flatMap((artifact) => (artifact.type === RESULT_ARTIFACT ? artifact.result : []))
}

/** The JSON is there already where the load ran; not so where reports of other machines are merged. */
function writeFiles(result: Result): void {
  const db = result.summary.resultDbPath
  if (db === null) return
  const stem = db.replace(/\.db$/, '')
  mkdirSync(dirname(stem), { recursive: true })
  writeFileSync(`${stem}.md`, renderMarkdown(result))
  if (!existsSync(`${stem}.json`)) writeFileSync(`${stem}.json`, renderJson(result))
}
