/** HTTP/2: which protocol is spoken, what a connection carries, and what stamps are those of. */
import { createServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Certificates, makeCertificates } from './certificates.ts'
import { type EndpointOptions, startEndpoint, type TestEndpoint } from './endpoints.ts'
import { send } from './run.ts'

const PAUSE_MS = 20

let certificates: Certificates
let ca: string
const opened: TestEndpoint[] = []
beforeAll(async () => {
  certificates = await makeCertificates()
  ca = certificates.file('ca.pem', certificates.ca)
})
afterAll(() => Promise.all(opened.map((one) => one.close())))

async function endpoint(options: EndpointOptions): Promise<TestEndpoint & { versions: () => Set<string> }> {
  const one = await startEndpoint(options)
  opened.push(one)
  return { ...one, versions: () => new Set(one.seen.map(({ httpVersion }) => httpVersion)) }
}

describe('the protocol', () => {
  it.each<[EndpointOptions['speaks'], 'auto' | boolean, string]>([
    ['both', 'auto', '2.0'],
    ['h1', 'auto', '1.1'],
    ['both', false, '1.1'],
    ['both', true, '2.0'],
  ])('of an https server that speaks %s is, with http2 %s, HTTP/%s', async (speaks, http2, version) => {
    const server = await endpoint({ speaks: speaks!, tls: certificates.server })
    const sent = await send(`https://127.0.0.1:${server.port}`, { ca, http2, number: 4, preconnect: true })
    expect(sent.errors).toEqual({})
    expect(server.versions()).toEqual(new Set([version]))
    expect([sent.connections, sent.http2]).toEqual([2, version === '2.0' ? 2 : 0])
  })

  it('of an http server is HTTP/1.1, unless http2 is true: then HTTP/2 by prior knowledge', async () => {
    const old = await endpoint({ speaks: 'h1' })
    const modern = await endpoint({ speaks: 'h2' })
    await send(`http://127.0.0.1:${old.port}`, { number: 2 })
    const { errors } = await send(`http://127.0.0.1:${modern.port}`, { number: 2, http2: true })
    expect([errors, old.versions(), modern.versions()]).toEqual([{}, new Set(['1.1']), new Set(['2.0'])])
  })
})

describe('over HTTP/2', () => {
  it('each request in flight has a connection of its own, which goes on to the next; tokens are stamped as they come', async () => {
    const server = await endpoint({ speaks: 'h2', tls: certificates.server, tokens: 4, pauseMs: PAUSE_MS })
    const { metrics, errors } = await send(`https://127.0.0.1:${server.port}`, {
      ca,
      number: 12,
      parallel: 4,
      preconnect: true,
    })
    expect(errors).toEqual({})
    expect([server.connections(), server.peak()]).toEqual([4, 4])
    expect(new Set(server.seen.map(({ connection }) => connection)).size).toBe(4)
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    // Both sides read one clock. A stamp that is not of its own frame would be off by a pause at least.
    const ttft = mean(server.seen.map(({ at, tokensAt }) => tokensAt[0]! - at))
    const itl = mean(server.seen.map(({ tokensAt }) => (tokensAt[3]! - tokensAt[0]!) / 3))
    expect(metrics.distribution('ttft')!.mean - ttft).toBeGreaterThan(0)
    expect(Math.abs(metrics.distribution('itl')!.mean - itl)).toBeLessThan(PAUSE_MS / 2)
    expect(metrics.distribution('itl')!.n).toBe(36)
  })

  it('a request that takes too long ends with its connection, and the next one has a new one', async () => {
    const server = await endpoint({
      speaks: 'h2',
      tls: certificates.server,
      answer: (index) => index === 1,
    })
    const url = `https://127.0.0.1:${server.port}`
    const { errors, answered } = await send(url, { ca, number: 4, parallel: 1, readTimeout: 1 })
    expect([errors, answered]).toEqual([{ 'read-timeout': 1 }, 3])
    expect(server.seen.map(({ connection }) => connection)).toEqual([0, 0, 1, 1])
  })
})

describe('a body that is left open after [DONE]', () => {
  const open = (
    _index: number,
    response: { writeHead(status: number, headers: object): void; write(text: string): void },
  ) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"choices":[{"delta":{"content":"hi"}}]}\n\n')
    response.write('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
    return true
  }

  it.each([
    ['h2', 'has its stream reset over HTTP/2, and the connection goes on', [0, 0, 0]],
    ['h1', 'has its connection dropped over HTTP/1.1, and the next request opens another', [0, 1, 2]],
  ] as const)('%s: %s; the answers are successes, and are counted', async (speaks, _, connections) => {
    const server = await endpoint({ speaks, tls: certificates.server, answer: open as never })
    const begun = performance.now()
    const sent = await send(`https://127.0.0.1:${server.port}`, { ca, number: 3, parallel: 1, readTimeout: 20 })
    // Each waited for its grace, and for nothing else.
    expect(performance.now() - begun).toBeGreaterThan(300)
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect([sent.errors, sent.answered]).toEqual([{}, 3])
    expect(sent.metrics.answerNotes).toEqual([
      '3 of 3 answers were whole, but the server kept the body open: perfgate stopped waiting for its end after 100 ms.',
    ])
    expect(sent.metrics.distribution('latency')!.max).toBeLessThan(100)
    expect(server.seen.map(({ connection }) => connection)).toEqual(connections)
  })
})

it('a stream that stays open after [DONE] is reset after the grace, and its connection serves the next request', async () => {
  const resetAfterMs: number[] = []
  const sessions = new Set<unknown>()
  const server = createServer()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' })
    const piece = (choice: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`
    stream.write(piece({ delta: { content: 'Hi' } }))
    stream.write(`${piece({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`)
    const doneAt = performance.now()
    stream.on('aborted', () => resetAfterMs.push(performance.now() - doneAt))
    stream.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { errors, answered, metrics } = await send(`http://127.0.0.1:${port}`, { number: 4, parallel: 1, http2: true })
  await expect.poll(() => resetAfterMs.length).toBe(4)
  server.close()
  for (const session of sessions) (session as ServerHttp2Session).destroy()
  expect([errors, answered]).toEqual([{}, 4])
  expect(metrics.answerNotes.join()).toContain('4 of 4 answers were whole, but the server kept the body open')
  // 100 ms of grace, looked at every 20 ms: never before.
  expect(Math.min(...resetAfterMs)).toBeGreaterThan(95)
  // The grace is no part of the answer.
  expect(metrics.distribution('latency')!.max).toBeLessThan(100)
  expect(sessions.size).toBe(1)
})
