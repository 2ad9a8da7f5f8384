/** Every command of docs/network.md, run as it stands but for ports: what reached the endpoint, and the proxy. */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { FAILURE_CAUSES } from '../../src/samples/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { makeCertificates } from '../network/certificates.ts'
import { startEndpoint, startProxy, type TestEndpoint, type TestProxy } from '../network/endpoints.ts'

const docs = readFileSync(new URL('../../docs/network.md', import.meta.url), 'utf8')
const commands = [...docs.matchAll(/^((?:\w+=\S+ )*)npx perfgate (.*)$/gm)].map(([, variables, words]) => ({
  variables: variables!,
  words: words!,
}))

const home = process.cwd()
/** By the port that the page names. */
let endpoints: Record<string, TestEndpoint>
let proxy: TestProxy
beforeAll(async () => {
  const certificates = await makeCertificates()
  const file = certificates.file('company-ca.pem', certificates.ca)
  certificates.file('client.pem', certificates.client.cert)
  certificates.file('client.key', certificates.encryptedKey)
  process.chdir(dirname(file))
  const tls = { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: false }
  endpoints = {
    8000: await startEndpoint(),
    8443: await startEndpoint({ speaks: 'both', tls }),
    8002: await startEndpoint({ speaks: 'h2' }),
  }
  proxy = await startProxy()
})
afterAll(async () => {
  process.chdir(home)
  await Promise.all([...Object.values(endpoints), proxy].map((one) => one.close()))
})
afterEach(() => vi.unstubAllEnvs())

interface Ran {
  endpoint: TestEndpoint
  out: string
}

async function run(variables: string, words: string): Promise<Ran> {
  const local = (text: string): string =>
    text.replaceAll(/:(8000|8443|8002|3128)\b/g, (_, port: string) => `:${(endpoints[port] ?? proxy).port}`)
  for (const [, name, value] of variables.matchAll(/(\w+)=(\S+)/g))
    vi.stubEnv(name!, local(value!.replace('open-sesame', 'open-sesame-41')))
  // What a pipeline must say, in which this test runs too.
  vi.stubEnv('PERFGATE_ALLOWED_HOSTS', 'inference.example')
  const endpoint = endpoints[/:(\d{4})\/v1/.exec(words)![1]!]!
  endpoint.seen.length = 0
  proxy.asked.length = 0
  proxy.authorizations.length = 0
  const world = fakeWorld({ columns: 300 })
  const code = await main([...local(words).split(' '), '--store', 'none', '--on-invalid', 'warn'], world)
  expect(code, world.err() + world.out()).toBe(0)
  // With the one of the connection test.
  expect(endpoint.seen).toHaveLength(5)
  return { endpoint, out: world.out() }
}

const versions = ({ endpoint }: Ran): unknown => new Set(endpoint.seen.map(({ httpVersion }) => httpVersion))

/** What must have happened, by what a command holds; the first that fits counts. */
const CHECKS: [part: string, check: (ran: Ran) => void][] = [
  [
    'user:password@',
    () => {
      expect(proxy.asked).toHaveLength(5)
      expect(proxy.asked[0]).toMatch(/^POST http:\/\/inference\.example:/)
      expect(new Set(proxy.authorizations)).toEqual(new Set([`Basic ${btoa('user:password')}`]))
    },
  ],
  ['NO_PROXY', () => expect(proxy.asked).toEqual([])],
  ['--proxy none', () => expect(proxy.asked).toEqual([])],
  [
    '--proxy http',
    ({ out }) => {
      expect(proxy.asked).toEqual(Array(2).fill(`CONNECT 127.0.0.1:${endpoints[8443]!.port}`))
      expect(out).toContain(`Requests went through the proxy http://127.0.0.1:${proxy.port}`)
    },
  ],
  ['--cert', ({ endpoint }) => expect(endpoint.seen.map(({ client }) => client)).toEqual(Array(5).fill('client'))],
  ['--insecure', ({ out }) => expect(out).toContain('Warning: certificates were not checked (insecure)')],
  [
    '--http2 auto',
    (ran) => {
      expect(versions(ran)).toEqual(new Set(['2.0']))
      expect(ran.out).toContain('Requests went over HTTP/2')
    },
  ],
  ['--http2 false', (ran) => expect(versions(ran)).toEqual(new Set(['1.1']))],
  ['--http2 true', (ran) => expect(versions(ran)).toEqual(new Set(['2.0']))],
  ['--ca', (ran) => expect(versions(ran)).toEqual(new Set(['2.0']))],
  ['--connect-timeout', (ran) => expect(versions(ran)).toEqual(new Set(['1.1']))],
  ['--preconnect false', (ran) => expect(versions(ran)).toEqual(new Set(['1.1']))],
]

describe('docs/network.md', () => {
  it.each(commands)('$variables npx perfgate $words', async ({ variables, words }) => {
    const found = CHECKS.find(([part]) => `${variables}${words}`.includes(part))
    expect(found, 'a command without a check').toBeDefined()
    found![1](await run(variables, words))
  })

  it('names causes that there are', () => {
    const [, table] = docs.split('## What can go wrong')
    const named = [...table!.matchAll(/^\| `([a-z-]+)`/gm)].map(([, cause]) => cause!)
    expect(named).toHaveLength(6)
    for (const cause of named) expect(FAILURE_CAUSES).toContain(cause)
  })
})
