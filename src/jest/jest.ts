/** What is read of Jest 30, as types of our own: Jest's packages are not all to be seen from here in strict layouts. */

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
