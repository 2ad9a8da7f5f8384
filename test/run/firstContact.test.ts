/** The first contact with an endpoint, against servers whose every byte is known. */
import { mkdtempSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { type Config, ConfigError, EndpointError } from '../../src/config/index.ts'
import { type Outcome, runComparison, runPerfBenchmark } from '../../src/run/index.ts'

type Body = Record<string, unknown>
interface Server {
  url: string
  /** Bodies of POST requests, in order. */
  bodies: Body[]
  paths: string[]
}
type Respond = (body: Body, response: ServerResponse, request: IncomingMessage) => void

/** 32 MiB of zeros. */
const BOMB = gzipSync(Buffer.alloc(1 << 25))

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})

async function serve(respond: Respond): Promise<Server> {
  const seen: Pick<Server, 'bodies' | 'paths'> = { bodies: [], paths: [] }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    seen.paths.push(`${request.method} ${request.url}`)
    const text = Buffer.concat(chunks).toString()
    const body = text === '' ? {} : (JSON.parse(text) as Body)
    if (text !== '') seen.bodies.push(body)
    respond(body, response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...seen }
}

const EVENTS = [
  { choices: [{ index: 0, delta: { content: 'ready' } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  { choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } },
]
const stream: Respond = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of EVENTS) response.write(`data: ${JSON.stringify(event)}\n\n`)
  response.end('data: [DONE]\n\n')
}
const reject = (response: ServerResponse, answer: unknown, status = 400): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))

async function run(server: Pick<Server, 'url'>, config: Config = {}): Promise<Outcome & { notices: string[] }> {
  const notices: string[] = []
  const outcome = await runPerfBenchmark(
    {
      url: server.url,
      model: 'm',
      prompt: 'measured',
      number: 2,
      parallel: 1,
      store: 'none',
      workers: 1,
      onInvalid: 'warn',
      ...config,
    },
    { onNotice: (text) => notices.push(text) },
  )
  return { ...outcome, notices }
}

/** As OpenAI's reasoning models answer. */
const strict: Respond = (body, response, request) => {
  if ('max_tokens' in body)
    return reject(response, {
      error: {
        message:
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        type: 'invalid_request_error',
        param: 'max_tokens',
        code: 'unsupported_parameter',
      },
    })
  if ('temperature' in body && body['temperature'] !== 1)
    return reject(response, {
      error: { message: "Unsupported value: 'temperature' does not support 0", param: 'temperature' },
    })
  return stream(body, response, request)
}

describe('a default that the endpoint rejects', () => {
  it('is left out, and max_tokens sent as max_completion_tokens: in the test, in each request, and in the result', async () => {
    const server = await serve(strict)
    const { result, notices } = await run(server)
    expect(result.summary.succeededRequests).toBe(2)
    expect(server.bodies).toHaveLength(5)
    for (const body of server.bodies.slice(2)) {
      expect(body).toMatchObject({ max_completion_tokens: 2048, stream_options: { include_usage: true } })
      expect(Object.keys(body)).not.toContain('max_tokens')
      expect(Object.keys(body)).not.toContain('temperature')
    }
    expect(result.config).toMatchObject({ maxTokens: null, maxCompletionTokens: 2048, temperature: null })
    expect(notices.join('\n')).toMatch(
      /rejects "max_tokens".*--max-completion-tokens 2048[\s\S]*rejects "temperature".*--temperature none/,
    )
  })

  it.each([
    [
      'HTTP 422 of FastAPI, which repeats the request',
      422,
      { detail: [{ loc: ['body', 'stream_options'], msg: 'extra', input: { temperature: 0 } }] },
    ],
    [
      'words alone',
      400,
      { object: 'error', message: "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options')}]" },
    ],
  ])('is known by %s', async (_, status, answer) => {
    const server = await serve((body, response, request) =>
      'stream_options' in body ? reject(response, answer, status) : stream(body, response, request),
    )
    const { result } = await run(server)
    expect(result.summary.succeededRequests).toBe(2)
    expect(server.bodies.at(-1)).toMatchObject({ max_tokens: 2048, temperature: 0 })
    expect(result.config).toMatchObject({ streamUsage: false, maxTokens: 2048, temperature: 0 })
  })

  it('keeps the limits of a range, and of the user', async () => {
    const server = await serve(strict)
    const { result } = await run(server, { maxTokens: [8, 8], temperature: 'none' })
    expect(server.bodies.at(-1)).toMatchObject({ max_completion_tokens: 8 })
    expect(result.config).toMatchObject({ maxCompletionTokens: [8, 8] })
  })

  it('is compared with a baseline from which it was left out too', async () => {
    const server = await serve(strict)
    const outputsDir = mkdtempSync(join(tmpdir(), 'perfgate-'))
    const { jsonPaths } = await run(server, { store: 'full', outputsDir })
    const compared = { baseline: jsonPaths[0]!, regressions: { 'p50(latency)': '900 %' }, number: 2 }
    const { result } = await run(server, compared)
    expect(result.notes.join('\n')).toContain('Compared with baseline')
    await expect(run(server, { ...compared, maxTokens: 9 })).rejects.toThrow('another scenario')
  })

  it('is left out of both sides of a comparison', async () => {
    const [baseline, candidate] = [await serve(strict), await serve(stream)]
    const { result } = await runComparison({
      baseline: baseline.url,
      candidate: candidate.url,
      model: 'm',
      prompt: 'measured',
      number: 8,
      blocks: 8,
      maxBlocks: 8,
      parallel: 1,
      store: 'none',
      regressions: { 'p50(latency)': '500 %' },
    })
    expect(baseline.bodies.at(-1)).toMatchObject({ max_completion_tokens: 2048 })
    expect(candidate.bodies.at(-1)).toMatchObject({ max_tokens: 2048, temperature: 0 })
    expect(result.config['baseline']).toMatchObject({ maxCompletionTokens: 2048, temperature: null })
    expect(result.config['candidate']).not.toHaveProperty('temperature')
  })
})

describe('what the user wrote', () => {
  it.each<[string, Config]>([
    ['an option', { temperature: 0 }],
    ['extraArgs', { extraArgs: { temperature: 0.5 } }],
  ])('as %s is not left out: the run ends with the server’s words', async (_, config) => {
    const server = await serve(strict)
    await expect(run(server, { maxCompletionTokens: 8, ...config })).rejects.toThrow(
      /HTTP 400 .*'temperature' does not support 0; "temperature" comes from your scenario.*--no-test-connection/,
    )
    expect(server.bodies).toHaveLength(1)
  })

  it('ends, although the endpoint rejects whatever is sent', async () => {
    const server = await serve((body, response) => {
      const name = ['max_tokens', 'max_completion_tokens', 'temperature', 'stream_options'].find((one) => one in body)
      reject(response, { error: `${name ?? 'nothing'} is wrong` })
    })
    await expect(run(server)).rejects.toThrow('nothing is wrong')
    expect(server.bodies).toHaveLength(5)
  })
})

describe('the connection test', () => {
  const open: Respond = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify(EVENTS[0])}\n\n`)
  }
  const firstThen =
    (first: Respond): Respond =>
    (body, ...rest) =>
      (JSON.stringify(body).includes('measured') ? stream : first)(body, ...rest)

  it('has a prompt of its own in the form of the run, and passes with the first event of a stream that stays open', async () => {
    const server = await serve(firstThen(open))
    const { result } = await run(server)
    expect(result.summary.succeededRequests).toBe(2)
    expect(server.bodies[0]).toMatchObject({ model: 'm', max_tokens: 2048, stream: true })
    expect(JSON.stringify(server.bodies[0])).not.toContain('measured')
  })

  it('passes with the head of a whole answer', async () => {
    const server = await serve(
      firstThen((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{')),
    )
    const whole = run(server, { stream: false })
    expect((await whole).result.summary.totalRequests).toBe(2)
  })

  it.each<[string, Respond, RegExp]>([
    [
      'an error in a stream',
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end('data: {"error":{"message":"engine is dead"}}\n\n'),
      /HTTP 200 .*engine is dead/,
    ],
    [
      'an error after the first event',
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(`data: ${JSON.stringify(EVENTS[0])}\n\ndata: {"error":{"message":"engine died"}}\n\n`),
      /HTTP 200 .*engine died/,
    ],
    [
      'a page',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
      /not a server-sent event stream: <h1>Sign in/,
    ],
    [
      'nothing',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
      /HTTP 200 to the connection test, but/,
    ],
    ['silence', () => {}, /\(read-timeout: the server was silent for 0\.3 s/],
    [
      'HTTP 404',
      (_, response) => void response.writeHead(404).end('no such page'),
      /HTTP 404 .*no such page; "\/v1\/chat\/completions" was added to your URL/,
    ],
    [
      'a list with an error',
      (_, response) => reject(response, [{ error: { message: 'quota is spent' } }], 429),
      /HTTP 429 .*: quota is spent/,
    ],
    ['an error without end', (_, response) => void endless(response.writeHead(500)), /HTTP 500/],
    [
      'an error that unpacks to a thousand times its size',
      (_, response) => void response.writeHead(500, { 'content-encoding': 'gzip' }).end(BOMB),
      /HTTP 500/,
    ],
  ])('fails with what came: %s; and names the way without it', async (_, respond, words) => {
    const server = await serve(respond)
    const error: unknown = await run(server, { readTimeout: 0.3 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(EndpointError)
    expect((error as Error).message).toMatch(words)
    expect((error as Error).message).toContain('--no-test-connection')
  })

  it('says in words that one side speaks TLS and the other does not', async () => {
    const server = await serve(stream)
    const secure = { url: server.url.replace('http:', 'https:') }
    await expect(run(secure)).rejects.toThrow('the server does not speak TLS on this port; write http://')
  })

  it('of a comparison asks at the URL as it is, and shows it without its secret', async () => {
    const server = await serve((body, response, request) =>
      request.url!.endsWith('?api_key=sk-planted') ? stream(body, response, request) : reject(response, {}, 401),
    )
    const url = `${server.url}/v1?api_key=sk-planted`
    const { result } = await runComparison({
      baseline: url,
      candidate: url,
      model: 'm',
      prompt: 'measured',
      number: 8,
      blocks: 8,
      maxBlocks: 8,
      store: 'none',
      regressions: { 'p50(latency)': '500 %' },
    })
    expect(new Set(server.paths)).toEqual(new Set(['POST /v1/chat/completions?api_key=sk-planted']))
    expect(JSON.stringify(result)).not.toContain('sk-planted')
  })
})

function endless(response: ServerResponse): void {
  const timer = setInterval(() => response.write('x'.repeat(4096)), 1)
  response.on('close', () => clearInterval(timer))
}

describe('without a model', () => {
  const models =
    (answer: unknown, status = 200): Respond =>
    (body, response, request) =>
      request.method === 'GET' ? reject(response, answer, status) : stream(body, response, request)

  it.each([{ data: [{ id: 'only' }] }, { models: [{ name: 'only' }] }, [{ id: 'only' }]])(
    'the only one that is listed is used and named: %j',
    async (answer) => {
      const server = await serve(models(answer))
      const { result, notices } = await run(server, { model: undefined })
      expect(server.paths[0]).toBe('GET /v1/models')
      expect(new Set(server.bodies.map(({ model }) => model))).toEqual(new Set(['only']))
      expect(result.config['model']).toBe('only')
      expect(notices.join('\n')).toContain('model only: the only one')
    },
  )

  it('several are listed, and nothing is sent', async () => {
    const server = await serve(models({ data: [{ id: 'small' }, { id: 'large' }] }))
    const error: unknown = await run(server, { model: undefined }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toContain('serves 2: small, large; name one, as --model small')
    expect(server.bodies).toEqual([])
  })

  it('an endpoint that lists none gets "default", and is said not to tell', async () => {
    const server = await serve(models({}, 404))
    const { notices } = await run(server, { model: undefined })
    expect(server.bodies.at(-1)).toMatchObject({ model: 'default' })
    expect(notices.join('\n')).toMatch(/no model is named, and \S+\/v1\/models answered HTTP 404: "default" is sent/)
  })
})

describe('a key or header that cannot be sent', () => {
  it.each<[string, Config, string]>([
    ['a line break', { apiKey: 'sk-planted\r\n' }, 'option "apiKey": holds a line break at its end'],
    ['a quotation mark of a word processor', { apiKey: 'sk-“planted”' }, 'holds the character U+201C at position 4'],
    ['a header', { headers: { 'x-team': 'planted\nx: y' } }, 'option "headers.x-team": holds a line break'],
    ['a header’s name', { headers: { 'x team': 'planted' } }, '"x team" is not a header\'s name'],
  ])('%s: nothing is sent, and the value is not shown', async (_, config, words) => {
    const server = await serve(stream)
    const error: unknown = await run(server, config).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toContain(words)
    expect((error as Error).message).not.toContain('planted')
    expect(server.paths).toEqual([])
  })

  it('from the environment names the variable', async () => {
    vi.stubEnv('PERFGATE_API_KEY', 'sk-planted\n')
    const server = await serve(stream)
    await expect(run(server)).rejects.toThrow('environment variable PERFGATE_API_KEY: holds a line break at its end')
    vi.unstubAllEnvs()
  })
})
