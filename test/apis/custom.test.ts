import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { measure } from './measured.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-custom-'))
let written = 0

/** @returns the path of a module with this text */
function moduleOf(text: string, ending = 'ts'): string {
  const path = join(folder, `api-${written++}.${ending}`)
  writeFileSync(path, text)
  return path
}

const good = `
interface Chunk { choices?: { text?: string; finish_reason?: string | null }[]; usage?: Record<string, number> | null }
function read(value: unknown) {
  const { choices: [choice] = [], usage } = value as Chunk
  return {
    ...(choice?.text ? { text: choice.text } : {}),
    ...(choice?.finish_reason ? { finishReason: choice.finish_reason } : {}),
    ...(usage ? { usage: { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } } : {}),
  }
}
export default {
  name: 'mine',
  path: '/v1/completions',
  headers: () => ({ 'X-Mine': 'yes' }),
  buildRequest: (prompt: { text: string }, config: { model: string; stream: boolean }) => ({
    model: config.model,
    prompt: 'Q: ' + prompt.text,
    max_tokens: 50,
    stream: config.stream,
    ...(config.stream ? { stream_options: { include_usage: true } } : {}),
  }),
  onEvent: read,
  parseResponse: read,
}
`
const server = { ttft: { meanMs: 5 }, itl: { meanMs: 1 }, outputTokens: 10 }
const load = { number: 4, parallel: 2, prompt: 'why?', workers: 2 }

/** Nothing listens there: a request would fail in another way. */
const refusedWith = (config: Config) =>
  runPerfBenchmark({ url: 'http://127.0.0.1:9', model: 'm', number: 1, ...config }).then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  )

describe('a module of the user’s own', () => {
  it.each([
    ['--api custom --custom-api', (path: string) => ({ api: 'custom', customApi: path })],
    ['--api', (path: string) => ({ api: path })],
  ])('named by %s builds requests and reads events, on every load thread', async (_, options) => {
    const { rows, requests, result } = await measure(server, { ...load, ...options(moduleOf(good)) })
    expect(requests.map(({ path }) => path)).toEqual(Array(4).fill('/v1/completions'))
    expect(requests[0]!.headers['x-mine']).toBe('yes')
    expect(requests[0]!.body).toMatchObject({ model: 'm', prompt: 'Q: why?', max_tokens: 50, stream: true })
    for (const row of rows) {
      expect([row.cause, row.completion_tokens, row.finish_reason]).toEqual([null, 10, 'stop'])
      expect(row.output_events).toBe(10)
      expect(row.response_messages.length).toBeGreaterThan(0)
    }
    expect(result.summary.succeededRequests).toBe(4)
    expect(result.client.workers).toBe(2)
  })

  it('reads whole answers without a stream, and never streams without onEvent', async () => {
    const whole = await measure(server, { ...load, api: moduleOf(good), stream: false })
    expect(whole.requests[0]!.body).toMatchObject({ stream: false })
    expect(whole.rows.every(({ cause, completion_tokens }) => cause === null && completion_tokens === 10)).toBe(true)
    const only = await measure(server, { ...load, api: moduleOf(good.replace('onEvent: read,', '')) })
    expect(only.requests[0]!.body).toMatchObject({ stream: false })
    expect(only.requests[0]!.headers['accept']).toBe('application/json')
  })

  it('may give events a meaning by their text: each is read by its function', async () => {
    const counting = good.replace(
      'onEvent: read',
      "onEvent: (event: unknown) => { const one = read(event); return one.text?.includes('care') ? { hasOutput: true } : one }",
    )
    const { rows } = await measure(server, { ...load, number: 1, parallel: 1, api: moduleOf(counting) })
    expect(rows[0]!.output_events).toBe(10)
    const plain = await measure(server, { ...load, number: 1, parallel: 1, api: moduleOf(good) })
    expect(rows[0]!.response_messages).toBe(plain.rows[0]!.response_messages.replace(' careful', ''))
  })

  it('without a path takes the URL as the whole endpoint', async () => {
    const bare = moduleOf(good.replace("path: '/v1/completions',", ''))
    const { requests } = await measure(server, { ...load, api: bare }, '/v1/completions')
    expect(requests).toHaveLength(4)
  })

  it.each([
    ['onEvent threw Error: oh', "onEvent: () => { throw new Error('oh') }", {}],
    ['onEvent must return an object, not a promise', 'onEvent: async () => ({})', {}],
    ['onEvent returned a "text" that is no string: 7', 'onEvent: () => ({ text: 7 })', {}],
    ['parseResponse threw Error: oh', "parseResponse: () => { throw new Error('oh') }", { stream: false }],
  ])('%s: each request fails with that, and the run goes on', async (words, member, options) => {
    const api = moduleOf(good.replace(member.startsWith('on') ? 'onEvent: read' : 'parseResponse: read', member))
    const { rows } = await measure(server, { ...load, ...options, api })
    expect(rows.map(({ cause }) => cause)).toEqual(Array(4).fill('bad-json'))
    expect(rows[0]!.failure).toContain(words)
  })

  it('an answer in which it finds nothing is no output', async () => {
    const { rows } = await measure(server, {
      ...load,
      stream: false,
      api: moduleOf(good.replace('parseResponse: read', 'parseResponse: () => undefined')),
    })
    expect([rows[0]!.cause, rows[0]!.failure?.split(':')[0]]).toEqual([
      'no-output',
      'parseResponse found nothing in the answer',
    ])
  })
})

describe('a module that is not an API', () => {
  it.each([
    ['has no default export', 'export const buildRequest = 1'],
    ['lacks "buildRequest"', 'export default { onEvent: () => ({}) }'],
    [
      'needs "onEvent" for streams, "parseResponse" for whole answers, or both',
      'export default { buildRequest: () => ({}) }',
    ],
    ['unknown member "onevent", did you mean "onEvent"?', 'export default { buildRequest: () => ({}), onevent: 1 }'],
    ['"onEvent" must be a function, got string', "export default { buildRequest: () => ({}), onEvent: 'x' }"],
    ['cannot be imported', 'export default {'],
    ['cannot be imported: gone', "throw new Error('gone')"],
    [
      'buildRequest threw Error: no for the prompt {"text":"why?"}',
      "export default { buildRequest() { throw new Error('no') }, onEvent: () => ({}) }",
    ],
    [
      'buildRequest must return an object, got a promise',
      'export default { async buildRequest() { return {} }, onEvent: () => ({}) }',
    ],
    ['buildRequest must return an object, got undefined', 'export default { buildRequest() {}, onEvent: () => ({}) }'],
  ])('is refused before anything is sent: %s', async (words, text) => {
    const path = moduleOf(text, 'mjs')
    const message = await refusedWith({ api: path, prompt: 'why?' })
    expect(message).toContain(`ConfigError: custom API ${path}: `)
    expect(message).toContain(words)
  })

  it('needs parseResponse when nothing streams', async () => {
    const api = moduleOf(good.replace('parseResponse: read,', ''))
    expect(await refusedWith({ api, stream: false })).toContain('lacks "parseResponse", which stream: false needs')
  })

  it('must be there, and be named', async () => {
    expect(await refusedWith({ api: './none.ts' })).toMatch(/ConfigError: option "api": there is no file ".*none\.ts"/)
    expect(await refusedWith({ api: 'custom' })).toContain(
      'option "customApi": api custom needs the path of its module',
    )
    expect(await refusedWith({ api: 'openai', customApi: './a.ts' })).toContain(
      'option "customApi": goes with api "custom", but api is "openai"',
    )
  })
})
