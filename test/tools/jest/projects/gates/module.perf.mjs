import { createRequire } from 'node:module'
import { expect, test } from '@jest/globals'
import { resolveConfig } from 'perfgate'
import { perfTest } from 'perfgate/jest'

const chat = { url: process.env.ENDPOINT, model: 'm', number: 6, parallel: 1, onInvalid: 'warn' }

perfTest('from an ES module', { ...chat, thresholds: { 'p99(latency)': '< 60 s' } })

perfTest.compare(
  'like with like',
  {
    model: 'm',
    baseline: process.env.ENDPOINT,
    candidate: process.env.ENDPOINT,
    number: 20,
    blocks: 10,
    maxBlocks: 10,
    onInvalid: 'warn',
    regressions: { 'p50(latency)': '200 %' },
  },
  ({ comparison, name }) => {
    expect(comparison.name).toBe(name)
    expect(comparison.blocks).toMatchObject({ pairs: 10, requests: 2 })
  },
)

perfTest.capacity(
  'carries two',
  {
    ...chat,
    slaNumRuns: 1,
    slaUpperBound: 2,
    sleepInterval: 0,
    sla: { 'p99(latency)': '<= 60 s' },
    gate: { maxParallel: '>= 2' },
  },
  ({ capacity }) => expect(capacity.criteria[0].maxSatisfied).toBe(2),
)
perfTest.capacity('carries nothing', {
  ...chat,
  slaNumRuns: 1,
  slaUpperBound: 2,
  sleepInterval: 0,
  sla: [{ 'p99(latency)': '< 1 us' }],
})

test('the library is the same by import and by require', () => {
  expect(createRequire(import.meta.url)('perfgate').resolveConfig).toBe(resolveConfig)
})
