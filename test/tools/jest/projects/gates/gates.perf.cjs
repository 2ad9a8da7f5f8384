/** As Babel and ts-jest make it of ES module syntax. */
const { join } = require('node:path')
const { LoadError, perfTest } = require('perfgate/jest')

const chat = { url: process.env.ENDPOINT, model: 'm', number: 6, parallel: 1, onInvalid: 'warn' }

// Must not make a broken gate run again.
jest.retryTimes(2)
// Must not stop a load.
jest.useFakeTimers()

perfTest('holds', { ...chat, thresholds: { 'p99(latency)': '< 60 s', successRate: '>= 100 %' } })
perfTest('breaks', { ...chat, thresholds: { 'p99(latency)': '< 1 ms', qps: '> 0.001' } })

perfTest('own assertions hold', chat, ({ result, metrics, results, name, signal }) => {
  expect(results).toStrictEqual([result])
  expect(result.name).toBe(name)
  expect(signal.aborted).toBe(false)
  expect(result.summary).toMatchObject({ totalRequests: 6, succeededRequests: 6, outputTokensPerRequest: 2 })
  expect(result).toMeetThresholds({ 'p97.5(latency)': '< 60 s', totalRequests: '== 6' })
  expect(metrics).toMeetThresholds({ 'avg(outputTokens)': '== 2' })
  expect(result).not.toMeetThresholds({ 'p50(latency)': '< 1 ms' })
})
perfTest('own assertion breaks', chat, ({ result }) => {
  expect(result).toMeetThresholds({ 'p50(latency)': '< 1 ms' })
})

perfTest.each([1, 2])(
  'each %i in parallel',
  (parallel) => ({ ...chat, parallel }),
  ({ result, name }) => expect(name).toBe(`each ${result.summary.concurrency} in parallel`),
)
perfTest.each([
  [1, 3],
  [2, 4],
])('spread %i and %i', (parallel, number) => ({ ...chat, parallel, number }))
perfTest.each`
  parallel | number
  ${1}     | ${2}
`('template $parallel $number', ({ parallel, number }) => ({ ...chat, parallel, number }))

let late
beforeAll(() => {
  late = process.env.ENDPOINT
})
perfTest(
  'from a function',
  ({ name, signal }) => ({ ...chat, url: late, name: `${name} ${signal.aborted}` }),
  ({ result }) => expect(result.endpoint.url).toContain(late),
)
perfTest('from an async function', async () => ({ ...chat, url: late }))
perfTest('from a function, without a url', () => ({ ...chat, url: undefined }))
perfTest.compare(
  'sides from a function',
  () => {
    const { url: _, ...load } = chat
    return {
      ...load,
      number: 16,
      blocks: 8,
      baseline: late,
      candidate: late,
      regressions: { 'p50(latency)': '10000 %' },
    }
  },
  ({ comparison }) => expect(comparison.baseline.endpoint.url).toContain(late),
)
perfTest.capacity(
  'a search from a function',
  () => ({ ...chat, url: late, slaUpperBound: 2, sla: { 'p99(latency)': '<= 60 s' } }),
  ({ capacity }) => expect(capacity.criteria[0].maxSatisfied).toBe(2),
)

perfTest.skip('skipped', chat)
perfTest.skip.each([1, 2])('skipped each %i', () => {
  throw new Error('a skipped row is not asked for its scenario')
})
perfTest.todo('later')
perfTest.runIf(false)('not run', {})
perfTest.skipIf(false)('not skipped', chat)
perfTest.failing('expected to break', { ...chat, thresholds: { 'max(latency)': '< 1 ms' } })

perfTest('takes too long', { ...chat, number: 1000, timeoutMs: 1000, gracefulStop: 5 })

describe('levels', () => {
  perfTest('sweep', {
    ...chat,
    parallel: [1, 2],
    number: [2, 4],
    sleepInterval: 0,
    thresholds: { totalRequests: '<= 3' },
  })
})

const busy = { ...chat, number: 3, api: join(__dirname, 'busyApi.mjs'), thresholds: { 'p50(latency)': '> 0 s' } }
perfTest('invalid', { ...busy, onInvalid: 'fail' })
perfTest('invalid and skipped', { ...busy, onInvalid: 'skip' })

perfTest('every request fails', { ...chat, url: process.env.REFUSING, number: 2, noTestConnection: true })
test('LoadError is exported', () => expect(new LoadError('x').name).toBe('LoadError'))
