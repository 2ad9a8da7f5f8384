/** What the gateway costs: the same prompts to the upstream itself and through the gateway, block by block. */
import { startServerThread } from 'perfgate/fixtures'
import { perfTest } from 'perfgate/vitest'
import { afterAll } from 'vitest'

// A model that answers in 20 ms, a token every 2 ms. UPSTREAM_URL measures a real one.
const upstream = await startServerThread({ ttft: { meanMs: 20 }, itl: { meanMs: 2 }, outputTokens: 20 })
afterAll(() => upstream.close())
const port = 18_431

perfTest.compare('the gateway adds less than 25 ms', {
  baseline: { url: upstream.url, model: 'qwen2.5' },
  candidate: {
    command: 'node gateway.ts',
    url: `http://127.0.0.1:${port}`,
    readyUrl: `http://127.0.0.1:${port}/health`,
    env: { PORT: String(port), UPSTREAM_URL: new URL(upstream.url).origin },
    model: 'fast',
    apiKey: 'team-a',
  },
  dataset: 'openqa',
  parallel: 2,
  number: 64,
  blocks: 8,
  maxBlocks: 8,
  // The model and the application share this machine with the load here; leave this line out where they do not.
  onInvalid: 'warn',
  regressions: { 'p50(ttft)': '25 ms', 'p50(latency)': '50 ms', successRate: '0.1 %' },
})
