/** An embeddings endpoint: there are no tokens to wait for, so its gates are whole answers, items and input tokens. */
import { startServerThread } from 'perfgate/fixtures'
import { perfTest, type Scenario } from 'perfgate/vitest'
import { afterAll } from 'vitest'

const server = process.env.EMBEDDINGS_URL === undefined ? await startServerThread({ ttft: { meanMs: 10 } }) : undefined
afterAll(() => server?.close())

const texts: Scenario = {
  url: process.env.EMBEDDINGS_URL ?? server!.url,
  api: 'embedding',
  model: 'bge-m3',
  dataset: 'line_by_line',
  datasetPath: 'texts.txt',
  parallel: 2,
  // The model and the application share this machine with the load here; leave this line out where they do not.
  onInvalid: 'warn',
}

perfTest('batches of texts are embedded in time', {
  ...texts,
  number: 40,
  thresholds: {
    'p95(latency)': '<= 500 ms',
    itemsPerSecond: '>= 20 /s',
    inputTokensPerSecond: '>= 50 tok/s',
    successRate: '>= 99.9 %',
  },
})
