import { perfTest, type Scenario } from 'perfgate/vitest'
import { describe, expect } from 'vitest'

const chat: Scenario = { url: process.env.ENDPOINT!, model: 'm', number: 6, parallel: 1 }

perfTest('holds', { ...chat, thresholds: { 'p99(latency)': '< 60 s', successRate: '>= 100 %' } })

perfTest('breaks', { ...chat, thresholds: { 'p99(latency)': '< 1 ms', qps: '> 0.001' } })

perfTest('own assertions hold', chat, ({ result, metrics, results, expect, task }) => {
  expect(results).toEqual([result])
  expect(result.name).toBe(task.name)
  expect(result.summary).toMatchObject({ totalRequests: 6, succeededRequests: 6, outputTokensPerRequest: 2 })
  expect(result).toMeetThresholds({ 'p97.5(latency)': '< 60 s', totalRequests: '== 6' })
  expect(metrics).toMeetThresholds({ 'avg(outputTokens)': '== 2' })
  expect(result).not.toMeetThresholds({ 'p50(latency)': '< 1 ms' })
})

perfTest('own assertion breaks', chat, ({ result }) => {
  expect(result).toMeetThresholds({ 'p50(latency)': '< 1 ms' })
})

perfTest('matcher without figures', chat, () => {
  expect({}).toMeetThresholds({ qps: '> 1' })
})

perfTest.each([1, 2])(
  'each %i in parallel',
  (parallel) => ({ ...chat, parallel }),
  ({ result, task, expect }) => {
    expect(task.name).toBe(`each ${result.summary.concurrency} in parallel`)
  },
)

perfTest.each([
  [1, 3],
  [2, 4],
])(
  'spread %i and %i',
  (parallel, number) => ({ ...chat, parallel, number }),
  ({ result, expect }) => {
    expect(result.summary.totalRequests).toBe(result.summary.concurrency! + 2)
  },
)

perfTest.for([
  [1, 3],
  [2, 4],
])('whole %i', ([parallel, number]) => ({ ...chat, parallel: parallel!, number: number! }))

perfTest.each`
  parallel | number
  ${1}     | ${2}
`('template $parallel $number', ({ parallel, number }) => ({
  ...chat,
  parallel: parallel as number,
  number: number as number,
}))

perfTest.skip('skipped', chat)
perfTest.skip.each([1, 2])('skipped each %i', () => {
  throw new Error('a skipped row is not asked for its scenario')
})
perfTest.todo('later')
perfTest.runIf(false)('not run', {})
perfTest.skipIf(false)('not skipped', chat)
perfTest.fails('expected to break', { ...chat, thresholds: { 'max(latency)': '< 1 ms' } })

perfTest('takes too long', { ...chat, number: 1000, timeoutMs: 1500, gracefulStop: 5 })

perfTest('sweep', {
  ...chat,
  parallel: [1, 2],
  number: [2, 4],
  sleepInterval: 0,
  thresholds: { totalRequests: '<= 3' },
})

describe.concurrent('at the same time', () => {
  perfTest('first', chat)
  perfTest('second', chat)
  perfTest('third', chat)
})
