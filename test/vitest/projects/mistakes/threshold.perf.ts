import { perfTest, type Scenario } from '../../../../src/vitest/index.ts'

perfTest.each([1])(
  'threshold %i',
  (parallel) => ({ url: process.env.ENDPOINT!, parallel, thresholds: { 'p99(latncy)': '< 1 s' } }) as Scenario,
)
