/** The reporter: prints both tables under each perf test, writes them as Markdown, and the summary of all tests. */
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node'
import { withoutFigures } from './internals.ts'
import { followProgress } from './live.ts'
import type { RunEnd } from './summary.ts'

/**
 * Reads what Vitest keeps of a finished test, so it prints the same live and after `--merge-reports`.
 * The plugin adds it; without the plugin it is `--reporter=perfgate/vitest/reporter`.
 */
export default class PerfgateReporter implements Reporter {
  #vitest: Vitest | undefined
  /** Written before the summary, which takes its place. */
  #announced: Promise<void> | undefined
  /** Perf tests that were collected, and files whose perf tests are not known yet: at least one each. */
  #tests = 0
  readonly #uncollected = new Set<string>()
  #unfollow: (() => void) | undefined
  #showing: Promise<typeof import('./showTest.ts')> | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    withoutFigures(vitest)
  }

  /** Until the run has ended, no earlier summary says that it passed. Nothing waits for that. */
  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#tests = 0
    this.#uncollected.clear()
    for (const { moduleId } of specifications) if (PERF_FILE.test(moduleId)) this.#uncollected.add(moduleId)
    this.#unfollow?.()
    this.#unfollow = followProgress(
      this.#vitest!,
      (line) => void this.#load().then(({ logTo }) => logTo(this.#vitest!, () => line)),
    )
    this.#announced = this.#safely(async () => {
      const { announceRun } = await this.#load()
      announceRun(specifications.map(({ project }) => project))
    })
  }

  /** The worker is there and imports its tests: what shows them is loaded beside that, not before it. */
  onTestModuleQueued(): void {
    void this.#load()
  }

  onTestModuleCollected({ moduleId, children }: TestModule): void {
    this.#uncollected.delete(moduleId)
    for (const test of children.allTests()) if (isPerfTestToRun(test)) this.#tests++
  }

  async onTestCaseResult(test: TestCase): Promise<void> {
    const { showTest } = await this.#load()
    await showTest(test, this.#vitest!, this.#tests + this.#uncollected.size)
  }

  /** In watch mode each run has its own summary. */
  async onTestRunEnd(
    modules: RunEnd['modules'],
    errors: RunEnd['errors'],
    reason: RunEnd['reason'] = 'failed',
  ): Promise<void> {
    this.#unfollow?.()
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

const PERF_FILE = /\.perf\.[cm]?[jt]sx?$/

function isPerfTestToRun(test: TestCase): boolean {
  const { mode } = test.options
  return test.meta().perfgate !== undefined && (mode === 'run' || mode === 'only')
}
