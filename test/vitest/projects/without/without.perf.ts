import { perfTest } from 'perfgate/vitest'

perfTest('without the plugin', {
  url: process.env.ENDPOINT!,
  model: 'm',
  number: 3,
  outputsDir: process.env.OUTPUTS!,
  thresholds: { 'p50(latency)': '< 1 ms' },
})
