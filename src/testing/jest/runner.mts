/** Jest's own test runner, which also puts what perf tests have measured beside their results. */
import { type JestFileResult, requireOfJest } from './internals.ts'
import { attachRecords, type Kept } from './records.ts'

type Run = (
  globalConfig: unknown,
  config: unknown,
  environment: { perfRecords?: () => (Kept | undefined)[] },
  ...rest: unknown[]
) => Promise<JestFileResult>

const circus = requireOfJest('jest-circus/runner') as Run | { default: Run }
const runFile = typeof circus === 'function' ? circus : circus.default

const run: Run = async (globalConfig, config, environment, ...rest) => {
  const result = await runFile(globalConfig, config, environment, ...rest)
  const records = environment.perfRecords?.() ?? []
  for (const [i, testCase] of result.testResults.entries()) attachRecords(testCase, records[i])
  return result
}

export default run
