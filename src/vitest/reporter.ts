/** The reporter: prints both tables under each perf test, and writes them as Markdown beside the result DB. */
import type { Reporter, TestCase, Vitest } from 'vitest/node'
import type { Result } from '../result/index.ts'
import { withoutFigures } from './terminalAnnotations.ts'

/**
 * Reads what Vitest keeps of a finished test, so it prints the same live and after `--merge-reports`.
 * The plugin adds it; without the plugin it is `--reporter=perfgate/vitest/reporter`.
 */
export default class PerfgateReporter implements Reporter {
  #vitest: Vitest | undefined
  #results: Result[] = []
  #showing: Promise<typeof import('./shownResults.ts')> | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    // Loaded while the tests run.
    this.#showing = import('./shownResults.ts')
    withoutFigures(vitest)
  }

  async onTestCaseResult(test: TestCase): Promise<void> {
    const { showTest } = await this.#showing!
    this.#results.push(...showTest(test, this.#vitest!))
  }

  /** In watch mode each run has its own summary. */
  async onTestRunEnd(): Promise<void> {
    const results = this.#results
    this.#results = []
    try {
      const { writeSummary } = await this.#showing!
      await writeSummary(results, process.env['GITHUB_STEP_SUMMARY'])
    } catch (error) {
      this.#vitest!.logger.warn(`perfgate: the summary was not written: ${(error as Error).message}`)
    }
  }
}
