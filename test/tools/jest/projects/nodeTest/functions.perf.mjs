import assert from 'node:assert'
import { before } from 'node:test'
import { perfTest } from 'perfgate/node-test'

const load = { model: 'm', number: 3, onInvalid: 'warn', store: 'none', noTestConnection: true }
let url
before(() => {
  url = process.env.ENDPOINT
})

perfTest(
  'from a function',
  ({ name, signal }) => ({ ...load, url, name: `${name} ${signal.aborted}` }),
  ({ result }) => assert.ok(result.endpoint.url.startsWith(url)),
)
perfTest.each([1, 2])(
  'row %i',
  async (parallel) => ({ ...load, url, parallel }),
  ({ result }) => assert.ok(result.endpoint.url.startsWith(url)),
)
perfTest.compare(
  'sides from a function',
  () => ({
    ...load,
    number: 16,
    blocks: 8,
    baseline: url,
    candidate: url,
    regressions: { 'p50(latency)': '10000 %' },
  }),
  ({ comparison }) => assert.ok(comparison.baseline.endpoint.url.startsWith(url)),
)
perfTest.capacity(
  'a search from a function',
  () => ({ ...load, url, slaUpperBound: 2, sla: { 'p99(latency)': '<= 60 s' } }),
  ({ capacity }) => assert.equal(capacity.criteria[0].maxSatisfied, 2),
)
perfTest.failing('an empty url', () => ({ ...load, url: undefined }))
