/**
 * `perfTest`, `perfTest.compare` and `perfTest.capacity` with their chain: one collector for every test framework.
 *
 * A framework says which links its chain has, how rows get their titles and how a test is collected. Everything else,
 * and so what a user can write, is the same everywhere.
 */
import type { Layer } from '../config/files/index.ts'
import { ConfigError } from '../config/index.ts'
import type { CapacityResult, ComparisonResult } from '../result/index.ts'
import { type CapacityScenario, checkSearch, runSearch } from './capacity.ts'
import { type CompareScenario, checkComparison, runCompare } from './compare.ts'
import type { Host } from './host.ts'
import { checkLoad, type Measured, runLoad } from './load.ts'
import type { Scenario } from './scenario.ts'
import { outputsDirOf, withoutStack } from './turn.ts'

/** A function that is called when its test runs, and gives the scenario of it. */
export type ScenarioOf<Scenario, Given extends readonly unknown[]> = (...given: Given) => Scenario | Promise<Scenario>

/** In the name `%i`, `%s`, `$property` … are filled in from the row. */
export type PerfRows<Row extends readonly unknown[], Scenario, Context> = (
  name: string,
  scenario: ScenarioOf<Scenario, Row>,
  body?: (context: Context) => void | Promise<void>,
) => void

/** Rows that are arrays are spread, as in the `test.each` of Jest and Vitest. */
export interface PerfEachOf<Scenario, Context> {
  <Row extends readonly unknown[] | [unknown]>(rows: readonly Row[]): PerfRows<Row, Scenario, Context>
  <Row>(rows: readonly Row[]): PerfRows<[row: Row], Scenario, Context>
  // biome-ignore lint/suspicious/noExplicitAny: as in the frameworks, whose types cannot know the columns either.
  (template: TemplateStringsArray, ...values: unknown[]): PerfRows<[row: any], Scenario, Context>
}

/** A row is one argument, whatever it is; the test context is the other. */
export interface PerfForOf<Scenario, Context, Own> {
  <Row>(rows: readonly Row[]): PerfRows<[row: Row, context: Own], Scenario, Context>
  (
    template: TemplateStringsArray,
    ...values: unknown[]
    // biome-ignore lint/suspicious/noExplicitAny: as in the frameworks, whose types cannot know the columns either.
  ): PerfRows<[row: any, context: Own], Scenario, Context>
}

/**
 * Collects a test, checked at once: a mistake is found before any load.
 *
 * @typeParam Found what the test's function is given beside the framework's own context
 * @typeParam Own the framework's own context, in Vitest with the fixtures of `extend`
 */
export interface PerfCall<Scenario, Found, Own> {
  /**
   * @param scenario or a function that gives one when the test runs, for instance with the URL of a server that a hook
   *   has started; in Vitest it may destructure fixtures
   * @param body runs after the load and after the scenario's own gates
   * @throws ConfigError at collection, when the scenario is wrong
   */
  (
    name: string,
    scenario?: Scenario | ScenarioOf<Scenario, [context: Own]>,
    body?: (context: Own & Found) => void | Promise<void>,
  ): void
  each: PerfEachOf<Scenario, Own & Found>
  for: PerfForOf<Scenario, Own & Found, Own>
}

/** The links of a chain, each with all of them again: `perfTest.only.fails`. */
export type PerfLinks<Link, Word extends string> = { readonly [Each in Word]: Link } & {
  skipIf(condition: unknown): Link
  runIf(condition: unknown): Link
}

/** The links of a framework without fixtures. `failing` is the word of Jest and Node for what Vitest calls `fails`. */
export const PLAIN_LINKS = { skip: 'skip', only: 'only', todo: 'todo', fails: 'fails', failing: 'fails' } as const

/** One kind of perf test with its chain, in a framework without fixtures. */
export interface PerfChain<Scenario, Found, Own>
  extends PerfCall<Scenario, Found, Own>,
    PerfLinks<PerfChain<Scenario, Found, Own>, keyof typeof PLAIN_LINKS> {}

export type Compared = { readonly comparison: ComparisonResult }
export type Searched = { readonly capacity: CapacityResult }

/** `perfTest` of a framework without fixtures. */
export interface PerfTestOf<Own> extends PerfChain<Scenario, Measured, Own> {
  /** Measures a candidate and a baseline in interleaved blocks of one run, and fails when the candidate is worse. */
  readonly compare: PerfChain<CompareScenario, Compared, Own>
  /** Searches for the most load that meets a service level, and gates on it. */
  readonly capacity: PerfChain<CapacityScenario, Searched, Own>
}

/** How a test is collected. `fails`: it passes when the test fails. */
export type Mode = 'skip' | 'only' | 'todo' | 'fails' | 'concurrent'

/** A function of the user's, and which of its arguments is the test context. */
export type Written = readonly [written: (...given: never[]) => unknown, index: number]

/** A test as the framework is to collect it. */
export interface CollectedTest<Own> {
  title: string
  modes: ReadonlySet<Mode>
  /** One of several of `.each`. */
  isRow: boolean
  /** Runs load and gates, then the user's function. Absent for a test that is skipped or still to do. */
  run: ((host: Host, own: OwnOf<Own>) => Promise<void>) | undefined
  /** The user's functions that `run` calls with the context. */
  written: readonly Written[]
  /** Where its scenario has results go; absent where it does not say. */
  outputsDir?: string | undefined
  /** The function that the test file called. */
  entry: Entry
}

/** The framework's own context, joined with what was found. */
export type OwnOf<Own> = (found: object) => Own

export interface Framework<Own> {
  /** The links of its chain, in its own words. */
  links: Readonly<Record<string, Mode>>
  /** The options of the project's config file. */
  defaults?(): Layer | undefined
  collect(test: CollectedTest<Own>): void
  /** The rows of a table as its `.each` has them, each with its title. Rows are spread as for `.each`. */
  rows(name: string, table: readonly unknown[], values: readonly unknown[]): { title: string; row: unknown[] }[]
  /** The framework with these fixtures too. Absent where it has none. */
  extend?(fixtures: readonly unknown[]): Framework<Own>
}

type Entry = (...args: never[]) => unknown
type Body = (context: unknown) => void | Promise<void>

/** What a perf test does: runs load, compares, or searches. */
interface Kind {
  check(test: string, scenario: unknown, defaults: Layer | undefined): unknown
  /** @param checked what `check` gave */
  run(host: Host, checked: never): Promise<object>
}

const LOAD: Kind = { check: checkLoad, run: runLoad }
const OTHERS: Record<'compare' | 'capacity', Kind> = {
  compare: {
    check: checkComparison,
    run: async (host, checked) => ({ comparison: await runCompare(host, checked) }),
  },
  capacity: {
    check: checkSearch,
    run: async (host, checked) => ({ capacity: await runSearch(host, checked) }),
  },
}

/** @typeParam Test the type that the framework's users see */
export function perfTestOf<Test, Own>(framework: Framework<Own>): Test {
  const own = Object.entries(OTHERS).map(([name, kind]) => [name, linkOf(framework, kind, new Set())])
  const test = Object.assign(linkOf(framework, LOAD, new Set()), Object.fromEntries(own))
  const { extend } = framework
  // The fixtures are those of all three.
  if (extend !== undefined)
    Object.assign(test, { extend: (...fixtures: unknown[]) => perfTestOf(extend.call(framework, fixtures)) })
  return test as Test
}

/** One link of a chain: a function that collects tests in these modes, with every link on it. */
function linkOf<Own>(framework: Framework<Own>, kind: Kind, modes: ReadonlySet<Mode>): object {
  function collect(name: unknown, scenario?: unknown, body?: Body): void {
    const written: Written[] = typeof scenario === 'function' ? [[scenario as Written[0], 0]] : []
    collectCase({ framework, kind, modes, isRow: false, entry: collect }, titleOf(name), scenario, body, written)
  }
  /** @param isWhole a row that is an array is one argument, and the test context the other, as `.for` has it */
  const rows =
    (isWhole: boolean) =>
    (table: readonly unknown[], ...values: unknown[]) =>
      function collectRows(name: unknown, scenario: (...given: unknown[]) => unknown, body?: Body): void {
        const isSpread = values.length === 0 && table.every(Array.isArray)
        if (typeof scenario !== 'function') throw new TypeError(`perf test "${titleOf(name)}": ${ROW_WANTED}`)
        for (const { title, row } of framework.rows(titleOf(name), table, values)) {
          const ofRow = isWhole
            ? (context: unknown) => scenario(isSpread ? row : row[0], context)
            : () => scenario(...row)
          const written: Written[] = isWhole ? [[scenario, 1]] : []
          collectCase({ framework, kind, modes, isRow: true, entry: collectRows }, title, ofRow, body, written)
        }
      }
  const linked = (mode: Mode): object => linkOf(framework, kind, new Set([...modes, mode]))
  const link = Object.assign(collect, {
    each: rows(false),
    for: rows(true),
    skipIf: (condition: unknown) => (condition ? linked('skip') : link),
    runIf: (condition: unknown) => (condition ? link : linked('skip')),
  })
  for (const [word, mode] of Object.entries(framework.links))
    Object.defineProperty(link, word, { enumerable: true, get: () => linked(mode) })
  const { extend } = framework
  if (extend !== undefined)
    Object.assign(link, { extend: (...fixtures: unknown[]) => linkOf(extend.call(framework, fixtures), kind, modes) })
  return link
}

interface Call<Own> extends Pick<CollectedTest<Own>, 'modes' | 'isRow' | 'entry'> {
  framework: Framework<Own>
  kind: Kind
}

function collectCase<Own>(
  { framework, kind, ...call }: Call<Own>,
  title: string,
  scenario: unknown,
  body: Body | undefined,
  written: readonly Written[],
): void {
  // Left unchecked: what is skipped because a server is not there may lack its options too.
  if (call.modes.has('skip') || call.modes.has('todo')) {
    framework.collect({ ...call, title, run: undefined, written: [] })
    return
  }
  const checked = seenFrom(call.entry, () => checkedWhenRun(kind, title, scenario, () => framework.defaults?.()))
  if (body !== undefined && typeof body !== 'function')
    throw new TypeError(
      `perf test "${title}": the third argument must be a function, got ${typeof body}; a time limit is timeoutMs of the scenario`,
    )
  framework.collect({
    ...call,
    title,
    run: async (host, own) => {
      const found = await kind.run(host, await checked(own({})))
      await body?.(own(found))
    },
    written: body === undefined ? written : [...written, [body, 0]],
    // What a function gives is not known before its test runs.
    outputsDir: outputsDirOf(typeof scenario === 'object' && scenario !== null ? scenario : {}),
  })
}

/**
 * Checks a scenario at once; a function that gives one is called and checked when the test runs.
 *
 * @returns what `kind.run` takes, given what the function is to be called with
 * @throws ConfigError at once, when a scenario is wrong; when the test runs, when what a function gives is wrong
 */
function checkedWhenRun(
  kind: Kind,
  title: string,
  scenario: unknown,
  defaults: () => Layer | undefined,
): (context: unknown) => Promise<never> {
  if (typeof scenario !== 'function') {
    const checked = kind.check(title, scenario, defaults())
    return async () => checked as never
  }
  return async (context) => {
    const given: unknown = await scenario(context)
    try {
      return kind.check(title, given, defaults()) as never
    } catch (error) {
      throw error instanceof ConfigError ? withoutStack(error) : error
    }
  }
}

const ROW_WANTED = 'with .each and .for the second argument is a function of the row that gives a scenario'

function titleOf(name: unknown): string {
  return typeof name === 'function' ? name.name : String(name)
}

/** A mistake in a scenario is shown where the test file calls `entry`, not where we found it. */
export function seenFrom<T>(entry: Entry, collect: () => T): T {
  try {
    return collect()
  } catch (error) {
    if (error instanceof ConfigError) Error.captureStackTrace(error, entry)
    throw error
  }
}
