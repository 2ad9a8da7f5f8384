/**
 * A first perf suite. It needs no model: without LLM_URL each scenario asks for the embedded server.
 *
 * Set LLM_URL (and LLM_MODEL) to measure an endpoint of your own.
 */
import { perfTest, type Scenario } from 'perfgate/vitest'

const chat: Scenario = {
  ...(process.env.LLM_URL ? { url: process.env.LLM_URL, model: process.env.LLM_MODEL ?? 'default' } : { embedded: {} }),
  dataset: 'openqa',
  stream: true,
  maxTokens: 64,
  parallel: 4,
  number: 20,
}

perfTest('chat answers in time', {
  ...chat,
  thresholds: {
    'p99(latency)': '<= 5 s',
    'p95(ttft)': '<= 1 s',
    qps: '>= 1',
    successRate: '>= 99.9 %',
  },
})

perfTest.each([1, 4, 8])('at %i in parallel', (parallel) => ({
  ...chat,
  parallel,
  number: parallel * 4,
  thresholds: { 'p95(ttft)': '<= 1 s', successRate: '>= 99.9 %' },
}))

perfTest('tokens come evenly', { ...chat, thresholds: { 'p99(latency)': '<= 5 s' } }, ({ result, expect }) => {
  expect(result).toMeetThresholds({ 'p99(itl)': '< 250 ms', 'p50(tpot)': '< 100 ms' })
})
