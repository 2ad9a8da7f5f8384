/** @jest-environment perfgate/jest/environment */
const { perfTest } = require('perfgate/jest')

const scenario = {
  url: process.env.ENDPOINT,
  model: 'm',
  number: 5,
  parallel: 1,
  onInvalid: 'warn',
  outputsDir: process.env.OUTPUTS,
}
perfTest('breaks', { ...scenario, thresholds: { 'p50(latency)': '< 1 ms' } })
perfTest('after it', scenario)
