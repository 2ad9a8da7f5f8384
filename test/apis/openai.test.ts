import { describe, expect, it } from 'vitest'
import { findApi, resolveEndpoint } from '../../src/apis/index.ts'
import { resolveConfig } from '../../src/config/index.ts'
import { buildBodies } from '../../src/run/requests.ts'

const api = findApi('openai')

describe('the address of an endpoint', () => {
  it.each([
    ['http://h:8000', '/v1/chat/completions'],
    ['http://h:8000/', '/v1/chat/completions'],
    ['http://h:8000/v1', '/v1/chat/completions'],
    ['http://h:8000/v1/', '/v1/chat/completions'],
    ['http://h:8000/v1/chat/completions', '/v1/chat/completions'],
    ['http://h:8000/v1/completions', '/v1/completions'],
    [
      'http://h/openai/deployments/x/chat/completions?api-version=1',
      '/openai/deployments/x/chat/completions?api-version=1',
    ],
    ['http://h/gateway/v1', '/gateway/v1/chat/completions'],
    ['https://generativelanguage.googleapis.com/v1beta/openai/', '/v1beta/openai/chat/completions'],
    [
      'https://us-east1-aiplatform.googleapis.com/v1/projects/p/locations/us-east1/endpoints/openapi',
      '/v1/projects/p/locations/us-east1/endpoints/openapi/chat/completions',
    ],
    ['https://gateway.ai.cloudflare.com/v1/account/gateway/openai', '/v1/account/gateway/openai/chat/completions'],
    ['https://api.deepinfra.com/v1/openai', '/v1/openai/chat/completions'],
    ['https://api.groq.com/openai/v1', '/openai/v1/chat/completions'],
    ['https://example.cloud.databricks.com/serving-endpoints', '/serving-endpoints/chat/completions'],
    ['https://h/serving-endpoints/llama/invocations', '/serving-endpoints/llama/invocations'],
    ['https://models.github.ai/inference', '/inference/chat/completions'],
    ['https://models.github.ai/orgs/o/inference', '/orgs/o/inference/chat/completions'],
    ['https://models.inference.ai.azure.com', '/chat/completions'],
    ['https://api.fireworks.ai/inference/v1', '/inference/v1/chat/completions'],
    [
      'https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21',
      '/openai/deployments/d/chat/completions?api-version=2024-10-21',
    ],
    ['https://r.openai.azure.com/openai/deployments/d', '/openai/deployments/d/chat/completions'],
    ['https://r.services.ai.azure.com/models?api-version=1', '/models/chat/completions?api-version=1'],
    ['https://r.openai.azure.com/openai/v1', '/openai/v1/chat/completions'],
  ])('%s leads to %s', (url, path) => {
    expect(resolveEndpoint(url, api)).toEqual({ origin: new URL(url).origin, path })
  })
})

describe('a request body', () => {
  const build = (config: Record<string, unknown>, path = '/v1/chat/completions'): Record<string, unknown> =>
    JSON.parse(buildBodies([{ text: 'hi' }], resolveConfig({ model: 'm', ...config }), api, path, 1)[0]!)

  it('is a chat request by default: streamed, with usage asked for', () => {
    expect(build({})).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      max_tokens: 2048,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  it('is a completions request where the URL says so', () => {
    expect(build({ stream: false }, '/v1/completions')).toEqual({
      model: 'm',
      prompt: 'hi',
      max_tokens: 2048,
      temperature: 0,
      stream: false,
    })
  })

  it('leaves out what is none, and takes the other name of the limit', () => {
    expect(build({ maxTokens: 'none', temperature: null, streamUsage: false })).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
    })
    const limited = build({ max_completion_tokens: 9, 'query-template': { top_p: 0.5 } })
    expect(limited).toMatchObject({ max_completion_tokens: 9, top_p: 0.5 })
    expect(limited).not.toHaveProperty('max_tokens')
    expect(() => build({ maxCompletionTokens: 9 }, '/v1/completions?x=1')).toThrow('option "maxCompletionTokens"')
  })

  it('loses the fields that extraArgs has as null, also within others and in a template', () => {
    const extraArgs = {
      max_tokens: null,
      stream_options: { include_usage: null, continuous_usage_stats: true },
      user: null,
    }
    const body = build({ extraArgs, queryTemplate: { user: 'u' } })
    expect(body).toMatchObject({ temperature: 0, stream_options: { continuous_usage_stats: true } })
    expect(Object.keys(body)).not.toContain('max_tokens')
    expect(Object.keys(body)).not.toContain('user')
    expect(body['stream_options']).not.toHaveProperty('include_usage')
    expect(build({ extraArgs: { stream_options: null } })).not.toHaveProperty('stream_options')
  })

  it('carries every generation parameter by its name on the wire, and extra-args over all', () => {
    const config = {
      max_tokens: 9,
      min_tokens: 2,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      seed: 3,
      stop: ['x'],
      stop_token_ids: [7],
      n_choices: 2,
      frequency_penalty: 0.1,
      repetition_penalty: 1.1,
      logprobs: true,
      extra_args: { temperature: 1, best_of: 4 },
    }
    const { n_choices: n, extra_args: extra, ...rest } = config
    expect(build(config)).toMatchObject({ ...rest, n, ...extra })
  })

  it('samples max_tokens from a range, the same for the same seed', () => {
    const config = resolveConfig({ model: 'm', maxTokens: [10, 20] })
    const lengths = (): number[] =>
      buildBodies([{ text: 'hi' }], config, api, '/v1/chat/completions', 200).map(
        (body) => (JSON.parse(body) as { max_tokens: number }).max_tokens,
      )
    expect(lengths()).toHaveLength(200)
    expect(Math.min(...lengths())).toBe(10)
    expect(Math.max(...lengths())).toBe(20)
    expect(lengths()).toEqual(lengths())
  })

  it('takes a chat history, or a whole body, as a dataset gives it', () => {
    const config = resolveConfig({ model: 'm' })
    const messages = [
      { role: 'system' as const, content: 's' },
      { role: 'user' as const, content: 'u' },
    ]
    const [chat, whole] = buildBodies(
      [{ messages }, { body: { model: 'own', messages, max_tokens: 3 } }],
      config,
      api,
      '/v1/chat/completions',
      2,
    )
    expect(JSON.parse(chat!)).toMatchObject({ model: 'm', messages })
    expect(JSON.parse(whole!)).toMatchObject({ model: 'own', messages, max_tokens: 3, stream: true })
  })
})
