/**
 * What is used of Jest 30 that is not public: types of our own for what is read, and the packages Jest is made of, each
 * behind one function. In strict layouts (pnpm, Yarn) nobody but Jest sees those.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** A test as Jest's runner holds it while a file runs. */
export interface JestTest {
  type: 'test'
  name: string
  parent: JestDescribe
  mode?: 'skip' | 'only' | 'todo' | null
  status: 'skip' | 'done' | 'todo' | null
  errors: unknown[]
  asyncError: Error
}

export interface JestDescribe {
  type: 'describeBlock'
  name: string
  parent?: JestDescribe
  children: readonly (JestDescribe | JestTest)[]
}

type TestFunction = (name: string, run: () => Promise<void>, timeoutMs?: number) => void

/** `test` and `expect`, as Jest hands them to the environment before it loads the test file. */
export interface JestGlobals {
  test: TestFunction & {
    skip: TestFunction
    only: TestFunction & { failing: TestFunction }
    failing: TestFunction
    todo(name: string): void
  }
  expect: {
    extend(matchers: Record<string, unknown>): void
    getState(): { assertionCalls: number; expectedAssertionsNumber?: number | null }
    setState(state: { assertionCalls: number }): void
  }
}

/** What the runner tells the environment; there are more names than these. */
export type JestEvent =
  | { name: 'setup'; runtimeGlobals: JestGlobals }
  | { name: 'add_test'; asyncError: Error }
  | { name: 'test_fn_start' | 'test_done'; test: JestTest }
  | { name: 'run_finish' }

export interface JestState {
  rootDescribeBlock: JestDescribe
}

export interface JestConfigs {
  globalConfig: { bail: number; reporters?: readonly (string | readonly [string, unknown])[]; rootDir: string }
  projectConfig: { rootDir: string; testRunner: string; testEnvironmentOptions: Record<string, unknown> }
}

/** One finished test, in the result of its file. */
export interface JestCaseResult {
  ancestorTitles: string[]
  title: string
  status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled' | 'focused'
  /** Of `test.failing`. */
  failing?: boolean
  /** With their stacks, and in colours where the terminal has some. */
  failureMessages: string[] | null
}

export interface JestFileResult {
  testFilePath: string
  testResults: JestCaseResult[]
  /** What kept the file from being run. */
  testExecError?: { message: string } | null
  failureMessage?: string | null
}

/** A file that is to be run. */
export interface JestFile {
  path: string
  context: { config: JestConfigs['projectConfig'] & { displayName?: { name: string } } }
}

/** The whole run, when it has ended. */
export interface JestRunResult {
  // `success` is set after reporters have been called.
  numFailedTests: number
  numFailedTestSuites: number
  numRuntimeErrorTestSuites: number
  snapshot: { failure: boolean }
  numTotalTestSuites: number
  testResults: readonly unknown[]
  wasInterrupted?: boolean
  runExecError?: { message: string }
}

/** Runs one test file. */
export type JestRun = (
  globalConfig: unknown,
  config: unknown,
  environment: object,
  ...rest: unknown[]
) => Promise<JestFileResult>

/** What test files run in. */
export interface JestNodeEnvironment {
  global: { [name: symbol]: unknown }
  context: object | null
  setup(): Promise<void>
  teardown(): Promise<void>
}

type JestNodeEnvironmentClass = new (configs: JestConfigs, context: { testPath: string }) => JestNodeEnvironment

/** @throws Error when it is not that of Jest 30 */
export function nodeEnvironmentOfJest(): JestNodeEnvironmentClass {
  const { TestEnvironment } = packageOfJest('jest-environment-node') as { TestEnvironment?: JestNodeEnvironmentClass }
  return TestEnvironment ?? unknownPart('jest-environment-node', 'no TestEnvironment')
}

/** @throws Error when it is not that of Jest 30 */
export function runnerOfJest(): JestRun {
  const circus = packageOfJest('jest-circus/runner') as JestRun | { default?: JestRun }
  const run = typeof circus === 'function' ? circus : circus.default
  return run ?? unknownPart('jest-circus/runner', 'no function')
}

type CollectRow = (title: string, row: () => unknown[]) => void
type Each = (
  table: readonly unknown[],
  ...values: unknown[]
) => (name: string, test: (...row: unknown[]) => unknown[]) => void
type Bind = (collect: CollectRow, supportsDone: boolean) => Each

let bind: Bind | undefined

/**
 * The rows of `.each`, with the titles that Jest's own `test.each` gives them.
 *
 * @throws Error when the table is not one, in Jest's words
 */
export function rowsOfJest(
  name: string,
  table: readonly unknown[],
  values: readonly unknown[],
): { title: string; row: unknown[] }[] {
  bind ??= (packageOfJest('jest-each') as { bind?: Bind }).bind ?? unknownPart('jest-each', 'no bind')
  const rows: { title: string; row: unknown[] }[] = []
  bind((title, row) => rows.push({ title, row: row() }), false)(table, ...values)(name, (...row) => row)
  return rows
}

/** From the `jest` of the project to each package, one dependency at a time. */
const TO_CONFIG = ['jest', '@jest/core', 'jest-config']
const WAYS = {
  'jest-environment-node': [...TO_CONFIG, 'jest-environment-node'],
  'jest-circus/runner': [...TO_CONFIG, 'jest-circus/runner'],
  'jest-each': [...TO_CONFIG, 'jest-circus/runner', 'jest-each'],
}

function packageOfJest(name: keyof typeof WAYS): unknown {
  const starts = [import.meta.url, process.argv[1], join(process.cwd(), 'package.json')]
  let cause: unknown
  for (const start of starts) {
    if (start === undefined) continue
    try {
      let from = createRequire(start)
      for (const step of WAYS[name].slice(0, -1)) from = createRequire(from.resolve(step))
      return from(name)
    } catch (error) {
      cause = error
    }
  }
  throw new Error(`perfgate/jest: "${name}" of Jest 30 was not found; install it with: npm i -D jest@30`, { cause })
}

function unknownPart(name: keyof typeof WAYS, what: string): never {
  throw new Error(`perfgate/jest: "${name}" has ${what}, so it is not that of Jest 30; npm i -D jest@30`)
}
