/** The chat route as the browser sees it: through the AI SDK, with the embedded server as the model. */
import { startServerThread } from 'perfgate/fixtures'
import { perfTest } from 'perfgate/vitest'
import { afterAll } from 'vitest'

const model = await startServerThread({ ttft: { meanMs: 30 }, itl: { meanMs: 2 }, outputTokens: 20 })
afterAll(() => model.close())
process.env.LLM_BASE_URL = `${new URL(model.url).origin}/v1`
const port = 18_433

perfTest('the chat route streams in time', {
  url: `http://127.0.0.1:${port}`,
  api: 'custom',
  customApi: './ui-messages-api.ts',
  // With Next.js: `next build` beforehand, and 'next start --port {port}' here.
  localCommand: 'node serve.ts',
  readyUrl: `http://127.0.0.1:${port}/health`,
  port,
  model: 'qwen2.5',
  dataset: 'openqa',
  parallel: 2,
  // The model and the application share this machine with the load here; leave this line out where they do not.
  onInvalid: 'warn',
  number: 24,
  warmupNum: 4,
  thresholds: { 'p95(ttft)': '<= 1 s', 'p95(latency)': '<= 2 s', 'min(ttft)': '>= 29 ms', successRate: '>= 99.9 %' },
})
