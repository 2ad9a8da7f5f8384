import { perfTest } from 'perfgate/vitest'
import { afterAll, beforeAll, vi } from 'vitest'

beforeAll(() => {
  if (process.env.FAKE === 'yes') vi.useFakeTimers({ now: new Date('2001-02-03T04:05:06Z') })
})
afterAll(() => void vi.useRealTimers())

const load = { embedded: {}, parallel: 2, number: 6, maxTokens: 4, onInvalid: 'warn', timeoutMs: 60_000 } as const
perfTest('load', { ...load, thresholds: { successRate: '>= 100 %' } })
perfTest.compare('compared', {
  ...load,
  number: 16,
  blocks: 8,
  maxBlocks: 8,
  baseline: {},
  candidate: {},
  regressions: { 'p50(latency)': '10000 %' },
})
