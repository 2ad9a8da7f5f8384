import { perfTest, type Scenario } from 'perfgate/vitest'

perfTest('threshold', { url: process.env.ENDPOINT!, thresholds: { 'p99(latncy)': '< 1 s' } } as Scenario)
