/** Another OpenAI-compatible server than ours. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LLMock } from '@copilotkit/aimock'
import { expect, it, onTestFinished } from 'vitest'
import { runPerfBenchmark } from '../../src/run/index.ts'

it('aimock is measured without a failure', async () => {
  const mock = new LLMock({ port: 0 })
  mock.onMessage(/.*/, { content: 'This answer comes from a server that is not ours.' })
  await mock.start()
  onTestFinished(() => mock.stop())
  const { result } = await runPerfBenchmark({
    url: `${mock.url}/v1/chat/completions`,
    model: 'gpt-4o',
    number: 6,
    parallel: 2,
    outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-aimock-')),
  })
  expect(result.summary).toMatchObject({ succeededRequests: 6, failedRequests: 0 })
  expect(result.summary.outputTokensPerRequest).toBeGreaterThan(0)
  expect(result.summary.ttftSeconds).toBeGreaterThan(0)
})
