/** Every API that generates, measured against a server that speaks it and whose timing and counts are known. */
import { describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../fixtures/index.ts'
import { type Measured, measure, sum } from './measured.ts'

const APIS = [
  {
    api: 'openai',
    path: '/v1/chat/completions',
    packages: { role: 1, finish: 1 },
    refusal: 'stop',
    call: 'tool_calls',
  },
  {
    api: 'openai_responses',
    path: '/v1/responses',
    packages: { role: 1, finish: 0 },
    refusal: 'completed',
    call: 'completed',
  },
  {
    api: 'dashscope',
    path: '/api/v1/services/aigc/text-generation/generation',
    packages: { role: 0, finish: 1 },
    refusal: 'stop',
    call: 'tool_calls',
  },
  { api: 'anthropic', path: '/v1/messages', packages: { role: 1, finish: 1 }, refusal: 'refusal', call: 'tool_use' },
]

const TOKENS = 12
const server: ServerOptions = {
  ttft: { kind: 'normal', meanMs: 40, stddevMs: 8 },
  itl: { kind: 'normal', meanMs: 6, stddevMs: 1 },
  outputTokens: TOKENS,
}
const load = { number: 6, parallel: 2, maxTokens: 100 }

/** Stamps are never early, and as late as this machine is: their order is exact. */
function expectTrueTimes({ rows, requests }: Measured): void {
  for (const row of rows) {
    const truth = requests.find(({ index }) => `req-${index}` === row.request_id)!
    const decodeMs = sum(truth.gapsMs)
    expect(row.time_to_first_token! * 1000).toBeGreaterThanOrEqual(truth.ttftMs)
    expect(row.latency * 1000).toBeGreaterThanOrEqual(truth.ttftMs + decodeMs)
    expect(row.last_token_time! * 1000).toBeGreaterThanOrEqual(truth.ttftMs + decodeMs)
    expect(row.time_to_first_token).toBeLessThanOrEqual(row.last_token_time!)
    expect(row.first_chunk_latency).toBeLessThanOrEqual(row.time_to_first_token!)
  }
}

describe.each(APIS)('$api', ({ api, path, packages, refusal, call }) => {
  it('streams: every token is one output event at its time, and usage is the server’s', async () => {
    const measured = await measure({ ...server, cachedShare: 0.5 }, { ...load, api })
    expect(measured.rows).toHaveLength(6)
    expectTrueTimes(measured)
    for (const [i, row] of measured.rows.entries()) {
      expect(row.cause).toBeNull()
      expect(row.completion_tokens).toBe(TOKENS)
      expect(row.output_events).toBe(TOKENS)
      expect(row.n_chunks).toBe(packages.role + TOKENS + packages.finish)
      expect(row.prompt_tokens).toBeGreaterThan(0)
      expect(row.cached_tokens).toBe(Math.floor(row.prompt_tokens / 2))
      expect(row.tokens_estimated).toBe(0)
      expect(measured.requests[i]!.path).toBe(path)
    }
    expect(measured.result.summary.outputTokensPerRequest).toBe(TOKENS)
    expect(measured.result.tokens.source).toBe('usage')
  })

  it('whole: the first token is there when the answer is, with the same words and counts as the stream', async () => {
    const [streamed, whole] = [
      await measure({ ...server, cachedShare: 0.5 }, { ...load, parallel: 1, api }),
      await measure({ ...server, cachedShare: 0.5 }, { ...load, parallel: 1, api, stream: false }),
    ]
    for (const [i, row] of whole.rows.entries()) {
      const other = streamed.rows[i]!
      expect(row.time_to_first_token).toBe(row.latency)
      expect(row.first_chunk_latency).toBe(row.latency)
      expect([row.n_chunks, row.inter_token_latencies]).toEqual([1, '[]'])
      expect(row.response_messages).toBe(other.response_messages)
      expect(row.response_messages.length).toBeGreaterThan(0)
      for (const key of ['prompt_tokens', 'completion_tokens', 'cached_tokens', 'finish_reason'] as const)
        expect(row[key], key).toBe(other[key])
    }
    expect(whole.result.distributions['tpot']).toBeUndefined()
  })

  it('reasoning is output: the first token is the first thought', async () => {
    const measured = await measure({ ...server, reasoningTokens: 5 }, { ...load, parallel: 1, api })
    expectTrueTimes(measured)
    for (const row of measured.rows) {
      // Thoughts that were no output would leave gaps of the other seven tokens only.
      expect(row.output_events).toBe(TOKENS)
      // Anthropic's usage counts thoughts as output and does not tell them apart.
      expect(row.reasoning_tokens).toBe(api === 'anthropic' ? null : 5)
      expect(row.completion_tokens).toBe(TOKENS)
    }
  })

  it('the call of a tool is output, its name the first token', async () => {
    const { rows } = await measure({ ...server, says: 'tool_call' }, { ...load, api })
    for (const row of rows) {
      expect(row.finish_reason).toBe(call)
      expect(row.output_events).toBe(TOKENS)
      expect(row.response_messages).toMatch(/^answer\{"text":"/)
      expect(Object.keys(JSON.parse(row.response_messages.slice('answer'.length)))).toEqual(['text'])
    }
  })

  it('a refusal is output', async () => {
    const { rows } = await measure({ ...server, says: 'refusal' }, { ...load, api })
    for (const row of rows) {
      expect(row.finish_reason).toBe(refusal)
      expect(row.output_events).toBe(TOKENS)
      expect(row.response_messages.length).toBeGreaterThan(0)
    }
  })

  it('an answer cut by max_tokens is a success that says so', async () => {
    const { rows } = await measure(server, { ...load, api, maxTokens: 4 })
    for (const row of rows) {
      expect([row.cause, row.completion_tokens]).toEqual([null, 4])
      expect(row.finish_reason).toMatch(/^(length|max_tokens|max_output_tokens)$/)
    }
  })
})

describe.each(['openai', 'dashscope'])('%s with several choices', (api) => {
  it('counts from the first token of any, and keeps the text of each', async () => {
    const options = { ...load, parallel: 1, number: 2, api, nChoices: 3 }
    const [streamed, whole] = [await measure(server, options), await measure(server, { ...options, stream: false })]
    for (const [i, row] of streamed.rows.entries()) {
      const truth = streamed.requests[i]!
      expect(row.completion_tokens).toBe(3 * TOKENS)
      // Three events are due at each time.
      expect(row.output_events).toBe(3 * TOKENS)
      expect(row.time_to_first_token! * 1000).toBeGreaterThanOrEqual(truth.ttftMs)
      const texts = JSON.parse(row.response_messages) as string[]
      expect(texts).toHaveLength(3)
      expect(new Set(texts).size).toBe(3)
      expect(row.response_messages).toBe(whole.rows[i]!.response_messages)
    }
  })
})
