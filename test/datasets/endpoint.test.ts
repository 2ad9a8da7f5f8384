import { describe, expect, it } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { resolveConfig } from '../../src/config/index.ts'
import { promptUrl } from '../../src/datasets/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

describe('promptUrl', () => {
  const of = (url: string, given: Record<string, unknown>): string => promptUrl(resolveConfig(given), url)

  it.each([
    'http://h:1',
    'http://h:1/',
    'http://h:1/v1',
    'http://h:1/v1/chat/completions',
    'http://h:1/v1/completions',
  ])('%s leads token ids and plain texts to completions', (url) => {
    for (const given of [{ tokenizePrompt: true }, { dataset: 'speed_benchmark' }, { dataset: 'speed_benchmark_long' }])
      expect(of(url, given)).toBe('http://h:1/v1/completions')
  })

  it('is left as it is for all others', () => {
    expect(of('http://h:1/v1/chat/completions', {})).toBe('http://h:1/v1/chat/completions')
    expect(of('http://h:1', { dataset: 'random' })).toBe('http://h:1')
    expect(of('http://h:1/x/v2/chat/completions', { tokenizePrompt: true })).toBe('http://h:1/x/v2/completions')
    expect(of('http://h:1', { prompt: 'Hi', dataset: 'speed_benchmark' })).toBe('http://h:1')
  })
})

it('token ids for a chat URL reach completions', async () => {
  const server = await startServer({ ttft: { meanMs: 0 }, itl: { meanMs: 0 }, outputTokens: 1 })
  try {
    const url = `${server.url}/chat/completions`
    await runPerfBenchmark({
      url,
      model: 'gpt-4',
      prompt: 'tiktoken is great!',
      tokenizePrompt: true,
      number: 1,
      store: 'none',
    })
    const { path, body } = server.requests.at(-1)!
    expect(path).toBe('/v1/completions')
    // OpenAI cookbook, "How to count tokens with tiktoken": the ids of this text in cl100k_base.
    expect((body as { prompt: unknown }).prompt).toEqual([83, 1609, 5963, 374, 2294, 0])
  } finally {
    await server.close()
  }
})
