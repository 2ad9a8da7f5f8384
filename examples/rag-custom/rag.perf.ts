/** The RAG endpoint as its users wait for it: first word of the answer, whole answer. */
import { startServerThread } from 'perfgate/fixtures'
import { perfTest } from 'perfgate/vitest'
import { afterAll } from 'vitest'

const model = await startServerThread({ ttft: { meanMs: 30 }, itl: { meanMs: 2 }, outputTokens: 20 })
afterAll(() => model.close())
process.env.MODEL_URL = new URL(model.url).origin
const port = 18_432

perfTest('a question is answered in time', {
  url: `http://127.0.0.1:${port}`,
  api: 'custom',
  customApi: './rag-api.ts',
  localCommand: 'node server.ts',
  readyUrl: `http://127.0.0.1:${port}/health`,
  port,
  model: 'qwen2.5',
  dataset: 'line_by_line',
  datasetPath: 'questions.txt',
  parallel: 2,
  // The model and the application share this machine with the load here; leave this line out where they do not.
  onInvalid: 'warn',
  number: 24,
  thresholds: { 'p95(ttft)': '<= 1 s', 'p95(latency)': '<= 2 s', 'min(ttft)': '>= 29 ms', successRate: '>= 99.9 %' },
})
