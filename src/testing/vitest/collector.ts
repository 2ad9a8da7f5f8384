/** Vitest as the framework of perf tests: its own collector gives titles and fixtures, its suite takes the tests. */
import { type RunnerTestCase, type TestContext, TestRunner } from 'vitest'
import type { CollectedTest, Framework } from '../index.ts'
import { countAssertions, defaults, hostOf } from './host.ts'
import { withFixturesOf } from './internals.ts'
import { trackLoad } from './stopping.ts'

/** What Vitest's chain hands to a test function: the fixtures of `extend`, in an object of its own. */
type Chain = object
type Collect = (this: Chain, title: string, row: () => unknown[]) => void

/** The part of Vitest's own test function that is used here. */
interface Collector {
  (title: string): void
  each(table: readonly unknown[], ...values: unknown[]): (name: string, row: (...row: unknown[]) => unknown[]) => void
  extend(...fixtures: readonly unknown[]): Collector
}

export const LINKS = {
  skip: 'skip',
  only: 'only',
  todo: 'todo',
  fails: 'fails',
  concurrent: 'concurrent',
} as const

export function vitestFramework(): Framework<TestContext> {
  let called: { chain: Chain; title: string; row: (() => unknown[]) | undefined }[] = []
  const collect: Collect = function (title, row) {
    called.push({ chain: this, title, row })
  }
  /** What the collector calls its function with. */
  function calls(collector: Collector, call: (collector: Collector) => void): typeof called {
    called = []
    call(collector)
    return called
  }
  const frameworkOf = (collector: Collector, declared: ReadonlySet<string>): Framework<TestContext> => ({
    links: LINKS,
    defaults,
    collect: (test) => collectTest(test, calls(collector, (itself) => itself(test.title))[0]!.chain, declared),
    rows: (name, table, values) =>
      calls(collector, ({ each }) => each.call(collector, table, ...values)(name, (...row) => row)).map(
        ({ title, row }) => ({ title, row: row!() }),
      ),
    extend: (fixtures) => frameworkOf(collector.extend(...fixtures), new Set([...declared, ...namesOf(fixtures)])),
  })
  return frameworkOf(TestRunner.createTaskCollector(collect) as unknown as Collector, new Set())
}

/** Of what `extend` takes: an object of fixtures, or one fixture after its name. */
function namesOf([first]: readonly unknown[]): string[] {
  return typeof first === 'string' ? [first] : Object.keys(first ?? {})
}

function collectTest(
  { title, modes, isRow, run, written }: CollectedTest<TestContext>,
  chain: Chain,
  declared: ReadonlySet<string>,
): void {
  if (TestRunner.getCurrentTest() !== undefined)
    throw new Error(`perf test "${title}": perfTest cannot be called inside a test`)
  const flags = Object.fromEntries([...modes].map((mode) => [mode, true]))
  const { meta } = chain as { meta?: object }
  // The reporter counts perf tests when they are collected.
  const options = { ...chain, ...flags, each: isRow, timeout: 0, retry: 0, meta: { ...meta, perfgate: {} } }
  const suite = TestRunner.getCurrentSuite()
  if (run === undefined) {
    suite.task(title, { ...options, ...(modes.has('todo') ? {} : { handler: () => {} }) })
    return
  }
  const measure = async (context: TestContext): Promise<void> => {
    // On the context itself, so that an afterEach hook of the user sees the result too.
    await run(hostOf(context), (found) => Object.assign(context, found))
    countAssertions(context)
  }
  const handler = (context: TestContext): Promise<void> => {
    const load = measure(context)
    trackLoad(context.task as RunnerTestCase, load)
    return load
  }
  suite.task(title, { ...options, handler: withFixturesOf(handler, written, declared) })
}
