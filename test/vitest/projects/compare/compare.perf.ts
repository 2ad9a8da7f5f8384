import { type CompareScenario, perfTest } from 'perfgate/vitest'

const base = process.env.BASE!
const slow = process.env.SLOW!
const chat: Omit<CompareScenario, 'candidate' | 'regressions'> = {
  baseline: base,
  model: 'm',
  number: 40,
  blocks: 10,
  maxBlocks: 10,
  onInvalid: 'warn',
}

/** More blocks where there is something to be found: chance may join some. */
const many = { blocks: 20, maxBlocks: 40 }

perfTest.compare(
  'like with like',
  { ...chat, candidate: base, regressions: { 'p50(latency)': '100 %' } },
  ({ comparison, expect, task }) => {
    expect(comparison.name).toBe(task.name)
    expect(comparison.blocks).toMatchObject({ pairs: 10, requests: 4 })
  },
)
perfTest.compare('slower', { ...chat, ...many, candidate: slow, regressions: { 'p50(latency)': '20 %', qps: '3 %' } })
perfTest.compare('undecided', { ...chat, candidate: base, regressions: { 'p99(latency)': '5 %' } })
perfTest.compare('undecided and strict', {
  ...chat,
  candidate: base,
  regressions: { 'p99(latency)': '5 %' },
  onUndecided: 'fail',
})
perfTest.compare('takes too long', {
  ...chat,
  number: 4000,
  candidate: slow,
  regressions: { qps: '3 %' },
  timeoutMs: 1500,
  gracefulStop: 1,
})
perfTest.compare.skip('skipped', { ...chat, candidate: '', regressions: {} })
perfTest.compare.fails('expected to break', {
  ...chat,
  ...many,
  candidate: slow,
  regressions: { 'p50(latency)': '20 %' },
})
