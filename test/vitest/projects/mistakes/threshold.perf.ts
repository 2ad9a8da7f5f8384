import { perfTest, type Scenario } from 'perfgate/vitest'

perfTest.each([1])(
  'threshold %i',
  (parallel) => ({ url: process.env.ENDPOINT!, parallel, thresholds: { 'p99(latncy)': '< 1 s' } }) as Scenario,
)
