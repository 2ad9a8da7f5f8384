import { describe, expect, it } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

/** Prompts that reached the server, in order of arrival, warmup and levels one after another. */
async function sent(given: Record<string, unknown>): Promise<string[]> {
  const server = await startServer({ ttft: { meanMs: 0 }, itl: { meanMs: 0 }, outputTokens: 1 })
  try {
    await runPerfBenchmark({
      url: server.url,
      model: 'm',
      parallel: [1, 1],
      number: 3,
      warmupNum: 2,
      sleepInterval: 0.001,
      noTestConnection: true,
      store: 'none',
      ...given,
    })
    return server.requests.map(({ body }) => (body as { messages: { content: string }[] }).messages[0]!.content)
  } finally {
    await server.close()
  }
}

describe('the prompts of warmup and levels', () => {
  it('made up, are all different', async () => {
    const texts = await sent({ dataset: 'random', minPromptLength: 8, maxPromptLength: 8 })
    expect(texts).toHaveLength(10)
    expect(new Set(texts).size).toBe(10)
  })

  it('from a file, begin anew with each level, and the measured ones are not those of the warmup', async () => {
    const texts = await sent({ dataset: 'openqa' })
    expect(texts).toHaveLength(10)
    expect(new Set(texts.slice(0, 5)).size).toBe(5)
    expect(texts.slice(5)).toEqual(texts.slice(0, 5))
  })
})
