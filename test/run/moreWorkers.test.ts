/** A client that cannot keep up, by an API module that takes its thread's time. */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServerThread } from '../../fixtures/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

const SLOW_API = `
const wait = () => { const end = performance.now() + 4; while (performance.now() < end); }
export default {
  path: '/v1/chat/completions',
  buildRequest: (prompt, { model }) => ({ model, stream: true, max_tokens: 8, messages: [{ role: 'user', content: 'hi' }] }),
  onEvent(event) {
    wait()
    const choice = event.choices?.[0]
    return choice ? { isPackage: true, text: choice.delta?.content, finishReason: choice.finish_reason ?? undefined } : {}
  },
}`

it.each([
  ['auto', 2, 1],
  [1, 1, 0],
] as const)('workers: %s ends with %i threads, after %i notice', async (workers, threads, notices) => {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-'))
  writeFileSync(join(folder, 'slow.mjs'), SLOW_API)
  const server = await startServerThread({ ttft: { meanMs: 1 }, itl: { meanMs: 0 }, outputTokens: 8 })
  const said: string[] = []
  try {
    const { result, results, jsonPaths } = await runPerfBenchmark(
      {
        url: server.url,
        api: join(folder, 'slow.mjs'),
        model: 'm',
        prompt: 'hi',
        parallel: 8,
        number: 60,
        workers,
        outputsDir: folder,
      },
      { cores: 3, onNotice: (text) => said.push(text) },
    )
    expect(result.client.workers).toBe(threads)
    expect(result.summary.succeededRequests).toBe(60)
    expect(results).toHaveLength(1)
    const again = said.filter((text) => text.includes('measured again with 2'))
    expect(again).toHaveLength(notices)
    // Nothing measured is thrown away: the first figures stay beside the second.
    for (const text of again) {
      const first = /are in (\S+)$/.exec(text)![1]!
      expect(existsSync(first)).toBe(true)
      expect(jsonPaths).not.toContain(first)
    }
  } finally {
    await server.close()
  }
})
