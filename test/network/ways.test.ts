/** Ways to an endpoint that work: private CAs, client certificates, proxies; and what is said and stored of them. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { findApi } from '../../src/apis/index.ts'
import { resolveConfig } from '../../src/config/index.ts'
import { routeOf } from '../../src/config/route.ts'
import { testConnection } from '../../src/run/connectionTest.ts'
import { secretsOf } from '../../src/secrets/index.ts'

import { type Certificates, makeCertificates } from './certificates.ts'
import { type EndpointOptions, startEndpoint, startProxy, type TestProxy } from './endpoints.ts'
import { planLookups } from './lookups.ts'
import { runAgainst, send } from './run.ts'

const closers: (() => Promise<unknown>)[] = []
let certificates: Certificates
let ca: string
let proxy: TestProxy
beforeAll(async () => {
  certificates = await makeCertificates()
  ca = certificates.file('ca.pem', certificates.ca)
  proxy = await startProxy({ password: 'someone:p@ss word' })
  closers.push(proxy.close)
})
afterAll(() => Promise.all(closers.map((close) => close())))
afterEach(() => vi.unstubAllEnvs())

const SECRET = 'p%40ss%20word'
const proxyUrl = (): string => `http://someone:${SECRET}@127.0.0.1:${proxy.port}`

async function endpoint(options: EndpointOptions = {}): ReturnType<typeof startEndpoint> {
  const started = await startEndpoint(options)
  closers.push(started.close)
  return started
}

describe('TLS', () => {
  it('shows a client certificate, whose key is opened with the passphrase of the environment; also to the connection test', async () => {
    const tls = { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: true }
    const server = await endpoint({ tls })
    vi.stubEnv('PERFGATE_KEY_PASSPHRASE', certificates.passphrase)
    const { result } = await runAgainst(`https://127.0.0.1:${server.port}`, {
      ca,
      cert: certificates.file('client.pem', certificates.client.cert),
      key: certificates.file('client.key', certificates.encryptedKey),
      number: 2,
    })
    expect(result.errors).toEqual({})
    expect(server.seen.map(({ client }) => client)).toEqual(['client', 'client', 'client'])
    expect(JSON.stringify(result)).not.toMatch(/PRIVATE KEY|open-sesame/)
  })

  it('is not checked with insecure, and the result says so', async () => {
    const server = await endpoint({ tls: certificates.expired })
    const { result } = await runAgainst(`https://127.0.0.1:${server.port}`, { insecure: true, number: 2 })
    expect(result.errors).toEqual({})
    expect(result.notes.filter((note) => note.startsWith('Warning: certificates were not checked'))).toHaveLength(1)
  })

  it.each<[string, keyof Certificates & ('expired' | 'alone'), RegExp]>([
    ['has expired', 'expired', /\(tls: certificate has expired\)/],
    ['nobody known has signed', 'alone', /\(tls: self-signed certificate.*set ca/],
  ])('with a certificate that %s ends a run before any load', async (_, kind, words) => {
    const server = await endpoint({ tls: certificates[kind] })
    const url = `https://127.0.0.1:${server.port}/v1`
    const route = routeOf(resolveConfig({ url, ca }), url)
    const tested = testConnection({
      url,
      api: findApi('openai'),
      stream: true,
      headers: [],
      body: '{}',
      connectTimeoutMs: 5000,
      readTimeoutMs: 5000,
      totalTimeoutMs: 5000,
      maxEventBytes: 1 << 20,
      route,
      secrets: secretsOf([]),
    })
    await expect(tested).rejects.toThrow(words)
    expect(server.seen).toEqual([])
  })
})

describe('a redirect', () => {
  it('of the connection test ends the run, names the place without its query, and nothing goes there', async () => {
    const other = await endpoint()
    const location = `http://127.0.0.1:${other.port}/v1?token=hidden`
    const server = await endpoint({
      answer(_index, response) {
        response.writeHead(308, { location }).end()
        return true
      },
    })
    const sent = runAgainst(`http://127.0.0.1:${server.port}`, { apiKey: 'sk-planted' })
    await expect(sent).rejects.toThrow(
      `HTTP 308 to the connection test, which points to http://127.0.0.1:${other.port}/v1?…; redirects are not followed`,
    )
    expect([server.seen.length, other.seen.length]).toEqual([1, 0])
    expect(server.seen[0]!.headers['authorization']).toBe('Bearer sk-planted')
  })
})

describe('a proxy', () => {
  it('makes a tunnel to an https endpoint, which keeps its key to itself, and speaks HTTP/2 through it', async () => {
    const server = await endpoint({ speaks: 'h2', tls: certificates.server })
    const before = proxy.asked.length
    const { result } = await runAgainst(`https://endpoint.test:${server.port}`, {
      allowedHosts: 'endpoint.test',
      ca,
      apiKey: 'sk-planted',
      proxy: proxyUrl(),
      number: 4,
      parallel: 2,
    })
    expect(result.errors).toEqual({})
    expect(server.seen).toHaveLength(5)
    // One for the connection test, one for each connection.
    expect(proxy.asked.slice(before)).toEqual(Array(3).fill(`CONNECT endpoint.test:${server.port}`))
    for (const { headers } of server.seen) {
      expect(headers['authorization']).toBe('Bearer sk-planted')
      expect(headers['proxy-authorization']).toBeUndefined()
    }
    expect(result.notes).toContain(
      `Requests went through the proxy http://127.0.0.1:${proxy.port}, whose own time is part of every latency.`,
    )
  })

  it('of the environment forwards requests to an http endpoint, and its password is in no file', async () => {
    // The name that the proxy resolves is foreign to the server.
    const server = await startServer({ ttft: { meanMs: 1 }, itl: { meanMs: 1 }, outputTokens: 3, allowRemote: true })
    closers.push(server.close)
    const before = proxy.asked.length
    vi.stubEnv('http_proxy', proxyUrl())
    const outputsDir = mkdtempSync(join(tmpdir(), 'perfgate-'))
    const said: string[] = []
    const { result } = await runAgainst(`http://endpoint.test:${server.port}`, {
      allowedHosts: 'endpoint.test',
      number: 4,
      store: 'full',
      outputsDir,
      metricsUrl: '/metrics',
      debug: true,
    })
    said.push(JSON.stringify(result))
    expect([result.errors, server.requests.length]).toEqual([{}, 5])
    const asked = proxy.asked.slice(before)
    expect(new Set(asked)).toEqual(
      new Set([
        `POST http://endpoint.test:${server.port}/v1/chat/completions`,
        `GET http://endpoint.test:${server.port}/metrics`,
      ]),
    )
    const files = readdirSync(outputsDir).map((name) => readFileSync(join(outputsDir, name)).toString('latin1'))
    expect(files.length).toBeGreaterThan(0)
    const secret = new RegExp(`p@ss|${SECRET}|${Buffer.from('someone:p@ss word').toString('base64')}`)
    for (const text of [...files, ...said]) expect(text).not.toMatch(secret)
  })

  it.each([
    ['is used where the option names it', 'option', 4],
    ['is not where the environment names it', 'environment', 0],
  ])('to loopback %s', async (_, named, asked) => {
    const server = await endpoint({ tls: certificates.server })
    const before = proxy.asked.length
    vi.stubEnv('HTTPS_PROXY', proxyUrl())
    const own = named === 'option' ? { proxy: proxyUrl() } : {}
    const sent = await send(`https://127.0.0.1:${server.port}`, { ca, number: 4, parallel: 4, ...own })
    expect([sent.errors, server.seen.length, proxy.asked.length - before]).toEqual([{}, 4, asked])
  })
})

describe('a slow name lookup', () => {
  it('is in the time to connect, and not in the TTFT of connections opened ahead', async () => {
    const server = await endpoint()
    const restore = planLookups(() => 600)
    try {
      const { metrics, errors } = await send(`http://endpoint.test:${server.port}`, { number: 6, preconnect: true })
      expect(errors).toEqual({})
      const connect = metrics.distribution('connect')!
      expect(connect.n).toBe(2)
      expect(connect.min).toBeGreaterThanOrEqual(599)
      expect(metrics.distribution('ttft')!.max).toBeLessThan(connect.min)
    } finally {
      restore()
    }
  })
})
