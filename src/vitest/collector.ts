/** Perf tests as Vitest collects them: names, filters, modes, rows and fixtures work as with its own `test`. */
import { type RunnerTestCase, type TestContext, TestRunner } from 'vitest'
import { checkedWhenRun, type Kind, ROW_WANTED, seenFrom } from '../doors/index.ts'
import { defaults } from './defaults.ts'
import { withFixturesOf } from './fixtures.ts'
import { countAssertions, hostOf } from './host.ts'
import { trackLoad } from './inFlight.ts'

type Body = (context: TestContext) => void | Promise<void>
type ScenarioFunction = (...given: never[]) => unknown

/** What Vitest's chain (`.skip`, `.only` …) has gathered by the time of the call, with the fixtures of `extend`. */
interface Chain {
  each?: boolean
  skip?: boolean
  only?: boolean
  todo?: boolean
  fails?: boolean
  concurrent?: boolean
}

interface Case {
  /** A scenario, or a function of the test context that gives one when the test runs. */
  scenario: unknown
  /** The user's function, and which of its arguments is the test context. */
  written?: [ScenarioFunction, index: number]
  body: Body | undefined
}

type VitestEach = (
  this: unknown,
  rows: readonly unknown[],
  ...values: unknown[]
) => (name: unknown, row: (...row: unknown[]) => Case) => void

interface Collector {
  each: VitestEach
  for: VitestEach
  extend(this: unknown, ...fixtures: unknown[]): Collector
  /** What each link of the chain is made of. */
  fn: object
}

/** A test function of one kind, with all of Vitest's chain. @param called how the user calls it, for errors */
export function collectorOf(kind: Kind, called: string): Collector {
  function collect(this: Chain, name: unknown, subject?: unknown, body?: Body): void {
    // With `.each` Vitest hands over a function that applies the row.
    const given = (): Case => (this.each && typeof subject === 'function' ? subject() : caseOf(subject, body))
    const title = typeof name === 'function' ? name.name : String(name)
    seenFrom(collect, () => collectCase(kind, called, this, title, given))
  }
  return withRows(TestRunner.createTaskCollector(collect) as unknown as Collector)
}

/**
 * Replaces `each`, `for` and `extend`. Vitest copies them from the function to each link of the chain, so they are
 * replaced on the function and on the first link.
 */
function withRows(test: Collector): Collector {
  const { each, extend, fn } = test
  const own = {
    each: eachRow(each, false),
    for: eachRow(each, true),
    extend(this: unknown, ...fixtures: unknown[]): Collector {
      return withRows(extend.apply(this, fixtures))
    },
  }
  Object.assign(fn, own)
  return Object.assign(test, own)
}

function caseOf(scenario: unknown, body: Body | undefined): Case {
  return typeof scenario === 'function'
    ? { scenario, written: [scenario as ScenarioFunction, 0], body }
    : { scenario, body }
}

function collectCase(kind: Kind, called: string, chain: Chain, name: string, given: () => Case): void {
  if (TestRunner.getCurrentTest() !== undefined)
    throw new Error(`perf test "${name}": ${called} cannot be called inside a test`)
  const options = { ...chain, timeout: 0, retry: 0 }
  const suite = TestRunner.getCurrentSuite()
  if (chain.todo || chain.skip) {
    // Left unchecked: what is skipped because an endpoint is not there may lack the endpoint's options too.
    suite.task(name, { ...options, ...(chain.todo ? {} : { handler: () => {} }) })
    return
  }
  const { scenario, written, body } = given()
  const checked = checkedWhenRun(kind, name, scenario, defaults)
  if (body !== undefined && typeof body !== 'function')
    throw new TypeError(`perf test "${name}": the third argument must be a function`)
  const run = async (context: TestContext): Promise<void> => {
    const found = await kind.run(hostOf(context), await checked(context))
    // On the context itself, so that an afterEach hook of the user sees the result too.
    await body?.(Object.assign(context, found))
    countAssertions(context)
  }
  const handler = (context: TestContext): Promise<void> => {
    const load = run(context)
    trackLoad(context.task as RunnerTestCase, load)
    return load
  }
  suite.task(name, {
    ...options,
    handler: withFixturesOf(handler, [
      ...(written === undefined ? [] : [written]),
      ...(body ? [[body, 0] as const] : []),
    ]),
  })
}

/**
 * Vitest's `.each`, with a function of the row in place of a scenario.
 *
 * @param whole hand over an array row as one argument and the test context after it, as `.for` does, rather than
 *   spread, as `.each` does
 */
function eachRow(vitestEach: VitestEach, whole: boolean): VitestEach {
  return function (this: unknown, rows: readonly unknown[], ...values: unknown[]) {
    const collectRows = vitestEach.call(this, rows, ...values)
    const spread = values.length === 0 && rows.every(Array.isArray)
    return function collectEach(name: unknown, scenario: (...given: unknown[]) => unknown, body?: Body): void {
      if (typeof scenario !== 'function') throw new TypeError(`perf test "${String(name)}": ${ROW_WANTED}`)
      const ofRow = (...row: unknown[]): Case =>
        whole
          ? {
              scenario: (context: unknown) => scenario(spread ? row : row[0], context),
              written: [scenario, 1],
              body,
            }
          : { scenario: () => scenario(...row), body }
      seenFrom(collectEach, () => collectRows(name, ofRow))
    }
  }
}
