/** What viewers of tests are shown: a gate that holds, one that breaks, and an assertion of the test's own. */
import { perfTest, type Scenario } from 'perfgate/vitest'

const chat: Scenario = { url: process.env.ENDPOINT!, model: 'm', number: 6, parallel: 2 }

perfTest('holds', { ...chat, thresholds: { 'p99(latency)': '< 60 s' } })

perfTest('breaks', { ...chat, thresholds: { 'p99(latency)': '< 1 ms', successRate: '>= 100 %' } })

perfTest('asserts', chat, ({ expect, result }) => {
  expect(result.summary.totalRequests).toBe(7)
})
