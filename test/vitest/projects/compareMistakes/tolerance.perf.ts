import { perfTest } from 'perfgate/vitest'

perfTest.compare('no unit', {
  baseline: 'http://127.0.0.1:1',
  candidate: 'http://127.0.0.1:2',
  regressions: { qps: '3' },
})
