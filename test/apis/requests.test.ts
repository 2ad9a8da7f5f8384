import { describe, expect, it } from 'vitest'
import { APIS, findApi, resolveEndpoint } from '../../src/apis/index.ts'
import { type Config, resolveConfig } from '../../src/config/index.ts'
import type { Message, Prompt } from '../../src/datasets/index.ts'
import { requestHeaders } from '../../src/run/endpoint.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { buildBodies } from '../../src/run/requests.ts'

const TEXT_GENERATION = '/api/v1/services/aigc/text-generation/generation'

function build(api: string, prompt: Prompt, config: Config = {}, path = findApi(api).paths[0]!): unknown {
  return JSON.parse(buildBodies([prompt], resolveConfig({ model: 'm', api, ...config }), findApi(api), path, 1)[0]!)
}

function headers(api: string, config: Config = {}): Record<string, string> {
  const flat = requestHeaders(resolveConfig({ api, ...config }), findApi(api))
  return Object.fromEntries(Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]))
}

const image = 'data:image/png;base64,aGk='
const history = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: image } },
    ],
  },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"x":1}' } }],
  },
  { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
] as Message[]

describe('null in extraArgs', () => {
  it.each([
    ['openai_responses', { temperature: null, max_output_tokens: null }],
    ['anthropic', { temperature: null }],
    ['dashscope', { parameters: { temperature: null, max_tokens: null } }],
  ])('removes a field of %s, as "none" does', (name, extraArgs) => {
    const api = findApi(name)
    const build = (given: Record<string, unknown>) =>
      JSON.stringify(api.buildRequest({ text: 'hi' }, resolveConfig({ model: 'm', ...given }), api.paths[0]!))
    expect(build({})).toContain('"temperature":0')
    expect(build({ extraArgs })).not.toContain('temperature')
    expect(build({ temperature: 'none' })).not.toContain('temperature')
  })

  it.each(['openai_responses', 'anthropic', 'dashscope', 'openai_embedding', 'openai_rerank'])(
    '%s has no max_completion_tokens, and says so',
    (name) => {
      const config = resolveConfig({ model: 'm', maxCompletionTokens: 9 })
      expect(() => findApi(name).check?.(config)).toThrow(`option "maxCompletionTokens": the API ${name} has no such`)
    },
  )
})

describe('the address', () => {
  it.each([
    ['openai_responses', 'http://h:8000', '/v1/responses'],
    ['openai_responses', 'http://h:8000/v1/responses', '/v1/responses'],
    ['embedding', 'http://h:8000/v1/', '/v1/embeddings'],
    ['rerank', 'http://h:8000', '/v1/rerank'],
    ['rerank', 'http://h:8000/rerank', '/rerank'],
    ['rerank', 'https://api.cohere.com/v2/rerank', '/v2/rerank'],
    ['rerank', 'https://api.cohere.com/v2', '/v2/rerank'],
    ['anthropic', 'https://api.anthropic.com', '/v1/messages'],
    ['anthropic', 'http://h/proxy/v1', '/proxy/v1/messages'],
    ['dashscope', 'https://dashscope.aliyuncs.com', TEXT_GENERATION],
    ['dashscope', 'https://dashscope.aliyuncs.com/api/v1', TEXT_GENERATION],
    ['dashscope', `https://dashscope.aliyuncs.com${TEXT_GENERATION}`, TEXT_GENERATION],
    [
      'dashscope',
      'https://h/api/v1/services/aigc/multimodal-generation/generation',
      '/api/v1/services/aigc/multimodal-generation/generation',
    ],
    ['openai', 'http://h/v4', '/v4/chat/completions'],
  ])('%s at %s is %s', (api, url, path) => {
    expect(resolveEndpoint(url, findApi(api)).path).toBe(path)
  })
})

describe('a name', () => {
  it.each([
    ['embedding', 'openai_embedding'],
    ['rerank', 'openai_rerank'],
    ['responses', 'openai_responses'],
    ['openai-responses', 'openai_responses'],
    ['anthropic_messages', 'anthropic'],
  ])('%s is %s', (alias, name) => {
    expect(findApi(alias).name).toBe(name)
  })

  it('that is a typo is told the one meant, and names are given once', () => {
    expect(() => findApi('antropic')).toThrow('option "api": unknown value "antropic", did you mean "anthropic"?')
    const names = APIS.flatMap(({ name, aliases = [] }) => [name, ...aliases])
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('headers', () => {
  const apiKey = 'k'

  it('carry the key as each API takes it', () => {
    expect(headers('openai_responses', { apiKey })['authorization']).toBe('Bearer k')
    expect(headers('dashscope', { apiKey })['authorization']).toBe('Bearer k')
    const anthropic = headers('anthropic', { apiKey })
    expect(anthropic).toMatchObject({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })
    expect(anthropic['authorization']).toBeUndefined()
  })

  it('ask DashScope for a stream only where one is wanted', () => {
    expect(headers('dashscope')['x-dashscope-sse']).toBe('enable')
    expect(headers('dashscope', { stream: false })['x-dashscope-sse']).toBeUndefined()
  })

  it('give way to those of the user', () => {
    const own = { 'Anthropic-Version': '2030-01-01', 'anthropic-beta': 'x' }
    expect(headers('anthropic', { headers: own })).toMatchObject({
      'anthropic-version': '2030-01-01',
      'anthropic-beta': 'x',
    })
  })
})

describe('a body of openai_responses', () => {
  it('has the text as input, and parameters by their own names', () => {
    expect(
      build(
        'openai_responses',
        { text: 'hi' },
        { maxTokens: 9, topP: 0.5, extraArgs: { reasoning: { effort: 'low' } } },
      ),
    ).toEqual({
      model: 'm',
      input: 'hi',
      max_output_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      stream: true,
      reasoning: { effort: 'low' },
    })
  })

  it('has a history as input items', () => {
    expect(build('openai_responses', { messages: history })).toMatchObject({
      input: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url: image },
          ],
        },
        { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"x":1}' },
        { type: 'function_call_output', call_id: 'c1', output: 'a cat' },
      ],
    })
  })
})

describe('a body of anthropic', () => {
  it('has parameters by their own names', () => {
    expect(build('anthropic', { text: 'hi' }, { maxTokens: 9, topK: 5, stop: 'x' })).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      max_tokens: 9,
      temperature: 0,
      top_k: 5,
      stop_sequences: ['x'],
      stream: true,
    })
  })

  it('has the system apart, images as sources, and tools as blocks', () => {
    expect(build('anthropic', { messages: history })).toMatchObject({
      system: 'Be brief.',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'look', input: { x: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'a cat' }] },
      ],
    })
  })
})

describe('a body of dashscope', () => {
  const messages = [{ role: 'user', content: 'hi' }]

  it('has messages within input and the rest within parameters, incremental where it streams', () => {
    expect(build('dashscope', { text: 'hi' }, { maxTokens: 9, seed: 3 })).toEqual({
      model: 'm',
      input: { messages },
      parameters: { result_format: 'message', max_tokens: 9, temperature: 0, seed: 3, incremental_output: true },
    })
    expect(build('dashscope', { text: 'hi' }, { stream: false })).not.toHaveProperty('parameters.incremental_output')
  })

  it('takes extra parameters beside its own', () => {
    const extraArgs = { parameters: { enable_thinking: true }, input: { tag: 1 } }
    expect(build('dashscope', { text: 'hi' }, { extraArgs })).toMatchObject({
      input: { messages, tag: 1 },
      parameters: { enable_thinking: true, incremental_output: true, result_format: 'message' },
    })
  })

  it('has parts in its own form for multimodal models', () => {
    const path = '/api/v1/services/aigc/multimodal-generation/generation'
    expect(build('dashscope', { messages: history.slice(1, 2) }, {}, path)).toMatchObject({
      input: { messages: [{ role: 'user', content: [{ text: 'What is this?' }, { image }] }] },
    })
  })
})

describe('what an API cannot do is refused before anything is sent', () => {
  // Nothing listens there: a request would fail in another way.
  const url = 'http://127.0.0.1:9'
  const run = (config: Config) => runPerfBenchmark({ url, model: 'm', ...config })

  it.each([
    ['openai_responses', { seed: 1 }, 'seed'],
    ['openai_embedding', { topK: 1 }, 'topK'],
    ['openai_rerank', { logprobs: true }, 'logprobs'],
    ['anthropic', { nChoices: 2 }, 'nChoices'],
    ['dashscope', { stopTokenIds: [1] }, 'stopTokenIds'],
  ] as [string, Config, string][])('%s has no such parameter: %j', async (api, config, option) => {
    await expect(run({ api, ...config })).rejects.toMatchObject({
      name: 'ConfigError',
      option,
      message: `option "${option}": the API ${api} has no such parameter; leave it out, or give it in extraArgs by the name your server takes`,
    })
  })

  it('DashScope must stream by increments', async () => {
    const extraArgs = { parameters: { incremental_output: false } }
    await expect(run({ api: 'dashscope', extraArgs })).rejects.toMatchObject({
      name: 'ConfigError',
      option: 'extraArgs',
    })
  })

  it.each(['openai', 'openai_responses', 'anthropic', 'dashscope'])('%s answers no batch and ranks nothing', (api) => {
    expect(() => build(api, { text: '', inputs: ['a', 'b'] })).toThrow(
      `option "dataset": it gives 2 texts to embed, which the API ${api} does not take; use --api openai_embedding, or another dataset`,
    )
    expect(() => build(api, { text: '', rerank: { query: 'q', documents: ['d'] } })).toThrow('use --api openai_rerank')
    expect(build(api, { text: 'alone', inputs: ['alone'] })).toEqual(build(api, { text: 'alone' }))
  })
})
