import { perfTest } from 'perfgate/vitest'

const scenario = JSON.parse(process.env.SCENARIO!)
const { number: _, metricsUrl: __, url, ...compared } = scenario

perfTest('echoed', { ...scenario, thresholds: { successRate: '>= 99 %' } })
perfTest('refused', { ...scenario, url: process.env.REFUSING!, noTestConnection: false })
perfTest.compare('against itself', {
  ...compared,
  baseline: url,
  candidate: url,
  number: 48,
  blocks: 6,
  maxBlocks: 6,
  // The echoes of the secrets are failures: what is compared here is not judged by them.
  minSuccessRate: 0,
  onInvalid: 'warn',
  regressions: { 'p50(latency)': '900 %' },
})
