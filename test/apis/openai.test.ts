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
