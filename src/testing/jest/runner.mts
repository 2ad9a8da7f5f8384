/** Jest's own test runner, which also puts what perf tests have measured beside their results. */
import { type JestRun, runnerOfJest } from './internals.ts'
import { attachRecords, type Kept } from './records.ts'

const runFile = runnerOfJest()

const run: JestRun = async (globalConfig, config, environment, ...rest) => {
  const result = await runFile(globalConfig, config, environment, ...rest)
  const records = (environment as { perfRecords?: () => (Kept | undefined)[] }).perfRecords?.() ?? []
  for (const [i, testCase] of result.testResults.entries()) attachRecords(testCase, records[i])
  return result
}

export default run
