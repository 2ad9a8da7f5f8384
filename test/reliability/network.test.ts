/** Faults on the way to the endpoint: what is recorded of each, and that all other requests of the run are unharmed. */
import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/index.ts'
import { type Certificates, makeCertificates } from '../network/certificates.ts'
import { type EndpointOptions, listening, startEndpoint, startProxy } from '../network/endpoints.ts'
import { planLookups } from '../network/lookups.ts'
import { type Sent, send } from '../network/run.ts'
import { expectInDocs, type TableRow } from './table.ts'

/** Of the table in docs/reliability.md, filled as the tests run. */
const rows: TableRow[] = []

interface Fault {
  fault: string
  /** Failed requests by cause, and how many were answered. */
  causes: Record<string, number>
  answered: number
  /** In the words the user sees. */
  says: RegExp
  run(): Promise<Sent>
}

/** Seconds, where nothing ever answers. */
const SHORT = 0.2
const KEY = 'planted-secret-81'
const closers: (() => Promise<unknown>)[] = []
let certificates: Certificates
let ca: string
beforeAll(async () => {
  certificates = await makeCertificates()
  ca = certificates.file('ca.pem', certificates.ca)
})
afterAll(() => Promise.all(closers.map((close) => close())))

async function endpoint(options: EndpointOptions = {}): ReturnType<typeof startEndpoint> {
  const started = await startEndpoint(options)
  closers.push(started.close)
  return started
}

function result(url: string, config: Config = {}): Promise<Sent> {
  return send(url, { apiKey: KEY, ...config })
}

/** The first three connections are shown the wrong certificate. */
async function threeWrong(wrong: 'expired' | 'otherName' | 'alone'): Promise<Sent> {
  let connections = 0
  const contexts = { good: createSecureContext(certificates.server), wrong: createSecureContext(certificates[wrong]) }
  const { port } = await endpoint({
    tls: {
      ...certificates.server,
      SNICallback: (_name, done) => done(null, connections++ < 3 ? contexts.wrong : contexts.good),
    },
  })
  return result(`https://localhost:${port}`, { ca })
}

/** Requests 2 and 5 are sent elsewhere, to a place that must never hear of it. */
async function redirected(status: number, to: (port: number) => string): Promise<Sent> {
  const thief = await endpoint()
  const { port } = await endpoint({
    answer(index, response) {
      if (index !== 2 && index !== 5) return false
      response.writeHead(status, { location: to(thief.port) }).end('moved')
      return true
    },
  })
  const seen = await result(`http://127.0.0.1:${port}`)
  expect(thief.seen).toEqual([])
  expect(JSON.stringify(seen.failures)).not.toMatch(/token=|hidden/)
  return seen
}

/** Requests 2 and 5 of a server of HTTP/2 end as `how` says; each must reach it once. */
async function overHttp2(how: (stream: Http2Like) => void): Promise<Sent> {
  const server = await endpoint({
    speaks: 'h2',
    tls: certificates.server,
    answer(index, response) {
      if (index !== 2 && index !== 5) return false
      how((response as unknown as { stream: Http2Like }).stream)
      return true
    },
  })
  const seen = await result(`https://127.0.0.1:${server.port}`, { ca, parallel: 1 })
  expect(server.seen).toHaveLength(8)
  return seen
}

interface Http2Like {
  close(code: number): void
  destroy(error: Error): void
  on(event: 'error', listener: () => void): void
  respond(headers: object): void
  write(text: string, then?: () => void): void
  session: { destroy(): void; goaway(): void; close(): void }
}

async function proxied(config: Config, password?: string): Promise<Sent> {
  const proxy = await startProxy(password === undefined ? {} : { password })
  closers.push(proxy.close)
  const server = await endpoint({ tls: certificates.server })
  const seen = await result(`https://endpoint.test:${server.port}`, {
    ca,
    number: 4,
    proxy: `http://someone:wrong-one@127.0.0.1:${proxy.port}`,
    ...config,
  })
  expect(server.seen).toEqual([])
  return seen
}

/** The port of a server that accepts and stays silent, and of one that nobody listens on. */
async function silentPort(): Promise<number> {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  const port = await listening(server)
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return port
}

async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The names of the first two lookups are found as `how` says. */
async function named(how: string, config: Config = {}): Promise<Sent> {
  const { port } = await endpoint()
  const restore = planLookups((number) => (number < 2 ? how : 0))
  try {
    return await result(`http://endpoint.test:${port}`, config)
  } finally {
    restore()
  }
}

const FAULTS: Fault[] = [
  {
    fault: 'redirect to another host',
    causes: { redirect: 2 },
    answered: 6,
    says: /^HTTP 307 to http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions\?…$/,
    run: () => redirected(307, (port) => `http://user:hidden@127.0.0.1:${port}/v1/chat/completions?token=hidden`),
  },
  {
    fault: 'redirect to another path of the same host',
    causes: { redirect: 2 },
    answered: 6,
    says: /^HTTP 308 to \/elsewhere$/,
    run: () => redirected(308, () => '/elsewhere'),
  },
  {
    fault: 'redirect without a location',
    causes: { redirect: 2 },
    answered: 6,
    says: /^HTTP 302 to nowhere/,
    run: () => redirected(302, () => ''),
  },
  {
    fault: 'TLS with a certificate of an unknown CA',
    causes: { tls: 3 },
    answered: 5,
    says: /^DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate/,
    run: () => threeWrong('alone'),
  },
  {
    fault: 'TLS with an expired certificate',
    causes: { tls: 3 },
    answered: 5,
    says: /^CERT_HAS_EXPIRED: certificate has expired/,
    run: () => threeWrong('expired'),
  },
  {
    fault: 'TLS with a certificate for another name',
    causes: { tls: 3 },
    answered: 5,
    says: /^ERR_TLS_CERT_ALTNAME_INVALID: .*localhost/,
    run: () => threeWrong('otherName'),
  },
  {
    fault: 'TLS that wants a client certificate, and gets none',
    causes: { tls: 4 },
    answered: 0,
    says: /certificate required/,
    run: async () => {
      const tls = { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: true }
      return result(`https://127.0.0.1:${(await endpoint({ tls })).port}`, { ca, number: 4, parallel: 1 })
    },
  },
  {
    fault: 'TLS asked of a server that speaks none',
    causes: { tls: 4 },
    answered: 0,
    says: /the server does not speak TLS/,
    run: async () => result(`https://127.0.0.1:${(await endpoint()).port}`, { number: 4 }),
  },
  {
    fault: 'TLS handshake that is never answered',
    causes: { 'connect-timeout': 2 },
    answered: 0,
    says: /Connect Timeout/,
    run: async () => result(`https://127.0.0.1:${await silentPort()}`, { number: 2, connectTimeout: SHORT }),
  },
  {
    fault: 'HTTP/2 asked of a server that speaks HTTP/1.1',
    causes: { tls: 4 },
    answered: 0,
    says: /does not speak HTTP\/2/,
    run: async () => {
      const { port } = await endpoint({ tls: certificates.server })
      return result(`https://127.0.0.1:${port}`, { ca, http2: true, number: 4 })
    },
  },
  {
    fault: 'HTTP/2 stream refused',
    causes: { reset: 2 },
    answered: 6,
    says: /refused the stream/,
    run: () => overHttp2((stream) => stream.close(7)),
  },
  {
    fault: 'HTTP/2 stream reset in mid-answer',
    causes: { reset: 2 },
    answered: 6,
    says: /NGHTTP2_INTERNAL_ERROR/,
    run: () =>
      overHttp2((stream) => {
        stream.respond({ ':status': 200, 'content-type': 'text/event-stream' })
        stream.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n', () => stream.destroy(new Error('broken')))
        stream.on('error', () => {})
      }),
  },
  {
    fault: 'HTTP/2 connection lost in mid-answer',
    causes: { 'stream-truncated': 2 },
    answered: 6,
    says: /./,
    run: () =>
      overHttp2((stream) => {
        stream.respond({ ':status': 200, 'content-type': 'text/event-stream' })
        stream.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n', () => stream.session.destroy())
      }),
  },
  {
    fault: 'HTTP/2 connection that the server ends after an answer (GOAWAY)',
    causes: {},
    answered: 8,
    says: /^$/,
    run: async () => {
      const server = await endpoint({
        speaks: 'h2',
        tls: certificates.server,
        answer(index, response) {
          const { stream } = response as unknown as { stream: Http2Like }
          if (index === 2 || index === 5) stream.session.close()
          return false
        },
      })
      const seen = await result(`https://127.0.0.1:${server.port}`, { ca, parallel: 1 })
      expect([server.seen.length, server.connections()]).toEqual([8, 3])
      return seen
    },
  },
  {
    fault: 'proxy that refuses the password',
    causes: { proxy: 4 },
    answered: 0,
    says: /^PERFGATE_PROXY: proxy http:\/\/127\.0\.0\.1:\d+: answered 407 to CONNECT endpoint\.test:\d+/,
    run: () => proxied({}, 'someone:right'),
  },
  {
    fault: 'proxy that is not there',
    causes: { proxy: 4 },
    answered: 0,
    says: /^PERFGATE_PROXY: proxy http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/,
    run: async () => proxied({ proxy: `http://127.0.0.1:${await closedPort()}` }),
  },
  {
    fault: 'proxy that accepts and stays silent',
    causes: { proxy: 4 },
    answered: 0,
    says: /^PERFGATE_PROXY: proxy http:\/\/127\.0\.0\.1:\d+: no connection within 0\.2 s/,
    run: async () => proxied({ proxy: `http://127.0.0.1:${await silentPort()}`, connectTimeout: SHORT }),
  },
  {
    fault: 'name lookup that does not end in time',
    causes: { dns: 2 },
    answered: 6,
    says: /^ETIMEOUT: the address of endpoint\.test was not found within connect-timeout$/,
    run: () => named('never', { connectTimeout: 0.5 }),
  },
  {
    fault: 'name lookup that fails',
    causes: { dns: 2 },
    answered: 6,
    says: /getaddrinfo ENOTFOUND endpoint\.test/,
    run: () => named('ENOTFOUND'),
  },
  {
    fault: 'name lookup that fails for the moment',
    causes: { dns: 2 },
    answered: 6,
    says: /getaddrinfo EAI_AGAIN endpoint\.test/,
    run: () => named('EAI_AGAIN'),
  },
]

describe('a fault on the way', () => {
  it.each(FAULTS)('$fault', async ({ fault, causes, answered, says, run }) => {
    const { errors, failures, answered: seen, total } = await run()
    const failed = Object.values(causes).reduce((sum, count) => sum + count, 0)
    rows.push({
      fault,
      expected: words(causes, answered),
      seen: words(errors, seen),
      times: failed || 2,
    })
    expect({ errors, answered: seen, total }).toEqual({
      errors: causes,
      answered,
      total: failed + answered,
    })
    for (const { message } of failures) {
      expect(message).toMatch(says)
      expect(message).not.toMatch(/planted-secret|wrong-one/)
    }
  })
})

it('docs/reliability.md has the table of what was seen', ({ skip }) => {
  skip(rows.length < FAULTS.length, 'not every row was tried')
  expectInDocs('way', rows)
})

function words(causes: Readonly<Record<string, number>>, answered: number): string {
  const failed = Object.entries(causes).map(([cause, count]) => `${count} x ${cause}`)
  return [...failed, `${answered} answered`].join(', ')
}
