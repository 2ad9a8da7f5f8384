import { perfTest } from 'perfgate/vitest'

const load = {
  url: process.env.ENDPOINT!,
  model: 'm',
  number: 100_000,
  parallel: 2,
  gracefulStop: 5,
  onInvalid: 'warn',
  thresholds: { 'p99(latency)': '<= 60 s' },
} as const
perfTest('long', load)
perfTest('after it', load)
