/** The reporter: prints both tables under each perf test, writes them as Markdown, and the summary of all tests. */
import type { Reporter, TestCase, Vitest } from 'vitest/node'
import type { Finding } from '../doors/index.ts'
import { withoutFigures } from './terminalAnnotations.ts'

/**
 * Reads what Vitest keeps of a finished test, so it prints the same live and after `--merge-reports`.
 * The plugin adds it; without the plugin it is `--reporter=perfgate/vitest/reporter`.
 */
export default class PerfgateReporter implements Reporter {
  #vitest: Vitest | undefined
  #found: Finding[] = []
  #showing: Promise<typeof import('./shownResults.ts')> | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    withoutFigures(vitest)
  }

  /** The worker is there and imports its tests: what shows them is loaded beside that, not before it. */
  onTestModuleQueued(): void {
    void this.#load()
  }

  async onTestCaseResult(test: TestCase): Promise<void> {
    const { showTest } = await this.#load()
    this.#found.push(...(await showTest(test, this.#vitest!)))
  }

  /** In watch mode each run has its own summary. */
  async onTestRunEnd(): Promise<void> {
    const found = this.#found
    this.#found = []
    try {
      const { writeSummary } = await this.#load()
      await writeSummary(found, process.env['GITHUB_STEP_SUMMARY'])
    } catch (error) {
      this.#vitest!.logger.warn(`perfgate: the summary was not written: ${(error as Error).message}`)
    }
  }

  #load(): Promise<typeof import('./shownResults.ts')> {
    this.#showing ??= import('./shownResults.ts')
    return this.#showing
  }
}
