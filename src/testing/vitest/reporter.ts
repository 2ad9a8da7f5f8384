/** The reporter: prints both tables under each perf test, writes them as Markdown, and the summary of all tests. */
import type { Reporter, TestCase, TestSpecification, Vitest } from 'vitest/node'
import { withoutFigures } from './internals.ts'
import type { RunEnd } from './summary.ts'

/**
 * Reads what Vitest keeps of a finished test, so it prints the same live and after `--merge-reports`.
 * The plugin adds it; without the plugin it is `--reporter=perfgate/vitest/reporter`.
 */
export default class PerfgateReporter implements Reporter {
  #vitest: Vitest | undefined
  /** Written before the summary, which takes its place. */
  #announced: Promise<void> | undefined
  #showing: Promise<typeof import('./showTest.ts')> | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    withoutFigures(vitest)
  }

  /** Until the run has ended, no earlier summary says that it passed. Nothing waits for that. */
  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#announced = this.#safely(async () => {
      const { announceRun } = await this.#load()
      announceRun(specifications.map(({ project }) => project))
    })
  }

  /** The worker is there and imports its tests: what shows them is loaded beside that, not before it. */
  onTestModuleQueued(): void {
    void this.#load()
  }

  async onTestCaseResult(test: TestCase): Promise<void> {
    const { showTest } = await this.#load()
    await showTest(test, this.#vitest!)
  }

  /** In watch mode each run has its own summary. */
  async onTestRunEnd(
    modules: RunEnd['modules'],
    errors: RunEnd['errors'],
    reason: RunEnd['reason'] = 'failed',
  ): Promise<void> {
    await this.#announced
    await this.#safely(async () => {
      const { summarise } = await import('./summary.ts')
      summarise({ modules, errors, reason }, this.#vitest!)
    })
  }

  async #safely(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      this.#vitest!.logger.warn(`perfgate: the summary was not written: ${(error as Error).message}`)
    }
  }

  #load(): Promise<typeof import('./showTest.ts')> {
    this.#showing ??= import('./showTest.ts')
    return this.#showing
  }
}
