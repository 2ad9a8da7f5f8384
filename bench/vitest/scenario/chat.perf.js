import { perfTest } from 'perfgate/vitest'

perfTest('chat answers in time', {
  url: process.env.BENCH_URL,
  model: 'target',
  number: 15,
  prompt: 'One prompt, the same for each request.',
  thresholds: { successRate: '>= 100 %' },
})
