/** How connections are opened, from options and environment; and what is wrong with those is said before any request. */
import { beforeAll, describe, expect, it } from 'vitest'
import { shownLocation } from '../../src/client/location.ts'
import { type Config, resolveConfig } from '../../src/config/index.ts'
import { proxyFor } from '../../src/config/proxyFor.ts'
import { foreignRoute, routeOf } from '../../src/config/route.ts'
import { redactConfig } from '../../src/run/redact.ts'
import { wired } from '../../src/run/route.ts'
import { type Certificates, makeCertificates } from './certificates.ts'

let certificates: Certificates
beforeAll(async () => {
  certificates = await makeCertificates()
})

const FAR = 'https://far.example/v1'

describe('the proxy of the environment', () => {
  const proxies = { http_proxy: 'http://one:1', HTTPS_PROXY: 'http://two:2' }
  it.each<[string, Record<string, string>, string | undefined]>([
    ['http://far.example', proxies, 'http_proxy'],
    ['https://far.example', proxies, 'HTTPS_PROXY'],
    ['https://far.example', { https_proxy: 'http://small:1', HTTPS_PROXY: 'http://large:2' }, 'https_proxy'],
    ['https://far.example', { ALL_PROXY: 'http://all:1' }, 'ALL_PROXY'],
    ['https://far.example', { HTTPS_PROXY: '' }, undefined],
    ['https://far.example', { HTTP_PROXY: 'http://one:1' }, undefined],
    // Loopback, in all its spellings.
    ['http://localhost:8000', proxies, undefined],
    ['http://api.localhost', proxies, undefined],
    ['http://127.8.9.1', proxies, undefined],
    ['http://[::1]:8000', proxies, undefined],
    ['http://[::ffff:127.0.0.1]', proxies, undefined],
    ['http://127.example', proxies, 'http_proxy'],
    // What NO_PROXY names.
    ['http://far.example', { ...proxies, NO_PROXY: '*' }, undefined],
    ['http://far.example', { ...proxies, NO_PROXY: 'near.example, far.example' }, undefined],
    ['http://far.example', { ...proxies, no_proxy: 'FAR.example' }, undefined],
    ['http://api.far.example', { ...proxies, no_proxy: 'far.example' }, undefined],
    ['http://api.far.example', { ...proxies, no_proxy: '.far.example' }, undefined],
    ['http://api.far.example', { ...proxies, no_proxy: '*.far.example' }, undefined],
    ['http://notfar.example', { ...proxies, no_proxy: 'far.example' }, 'http_proxy'],
    ['http://far.example:8000', { ...proxies, no_proxy: 'far.example:8000' }, undefined],
    ['http://far.example:8001', { ...proxies, no_proxy: 'far.example:8000' }, 'http_proxy'],
    ['https://far.example', { ...proxies, no_proxy: 'far.example:443' }, undefined],
    ['http://10.1.2.3', { ...proxies, no_proxy: '10.0.0.0/8' }, undefined],
    ['http://11.1.2.3', { ...proxies, no_proxy: '10.0.0.0/8' }, 'http_proxy'],
    ['http://10.1.2.3', { ...proxies, no_proxy: '10.1.2.3' }, undefined],
    ['http://110.1.2.3', { ...proxies, no_proxy: '10.1.2.3' }, 'http_proxy'],
    ['http://[fd00::7]', { ...proxies, no_proxy: 'fd00::/8' }, undefined],
    ['http://[fd00::7]:80', { ...proxies, no_proxy: '[fd00::7]:80' }, undefined],
    ['http://[fe80::7]', { ...proxies, no_proxy: 'fd00::/8' }, 'http_proxy'],
    ['http://10.1.2.3', { ...proxies, no_proxy: '10.0.0.0/99' }, 'http_proxy'],
  ])('for %s with %o is that of %s', (url, environment, variable) => {
    expect(proxyFor(url, environment)?.variable).toBe(variable)
  })
})

describe('a route', () => {
  const route = (config: Config, environment: Record<string, string> = {}, url: string = FAR) =>
    routeOf(resolveConfig({ url, ...config }), url, environment)

  it('has the credentials of a proxy apart from its address', () => {
    expect(route({ proxy: 'http://me:a%3Ab@proxy.example:3128' }).proxy).toEqual({
      origin: 'http://proxy.example:3128',
      authorization: `Basic ${btoa('me:a:b')}`,
    })
    expect(route({}, { https_proxy: 'proxy.example:3128' }).proxy?.origin).toBe('http://proxy.example:3128')
    expect(route({ proxy: 'none' }, { https_proxy: 'http://proxy.example:3128' }).proxy).toBeUndefined()
    expect(routeOf(resolveConfig({ proxy: 'http://proxy.example' }), undefined, {}).proxy).toBeUndefined()
  })

  it('to an http endpoint through a proxy names it in full, and shows the proxy who we are', () => {
    const far = { origin: 'http://far.example', path: '/v1/x' }
    const through = route({ proxy: 'http://me:pw@proxy.example' }, {}, 'http://far.example/v1/x')
    expect(wired(through, far, ['a', 'b'])).toEqual({
      path: 'http://far.example/v1/x',
      headers: ['a', 'b', 'proxy-authorization', `Basic ${btoa('me:pw')}`],
    })
    expect(wired(through, { ...far, origin: 'https://far.example' }, ['a', 'b'])).toEqual({
      path: '/v1/x',
      headers: ['a', 'b'],
    })
    expect(wired(route({}), far, ['a', 'b'])).toEqual({ path: '/v1/x', headers: ['a', 'b'] })
  })

  it('to another place than the endpoint shows no certificate of ours', () => {
    const files = {
      ca: certificates.file('ca.pem', certificates.ca),
      cert: certificates.file('client.pem', certificates.client.cert),
      key: certificates.file('client.key', certificates.client.key),
    }
    const config = resolveConfig({ url: FAR, ...files })
    expect(Object.keys(routeOf(config, FAR, {}).tls)).toEqual(['ca', 'cert', 'key'])
    expect(Object.keys(foreignRoute(config, 'https://other.example', {}).tls)).toEqual(['ca'])
  })

  it('reads a bundle of certificates with words between them', () => {
    const bundle = `# first\n${certificates.ca}\n# second\n${certificates.alone.cert}\n`
    expect(route({ ca: certificates.file('bundle.pem', bundle) }).tls.ca?.match(/BEGIN/g)).toHaveLength(2)
  })

  it.each<[string, () => Config, RegExp, Record<string, string>?]>([
    ['a CA that is not there', () => ({ ca: '/no/such.pem' }), /option "ca": cannot read the file: ENOENT/],
    ['a CA that is none', () => ({ ca: certificates.file('a', 'hello') }), /option "ca": ".*" holds no certificate/],
    [
      'a CA that is damaged',
      () => ({ ca: certificates.file('b', certificates.ca.replace(/\n[^\n]{30}/, '\n')) }),
      /option "ca": certificate 1 of ".*" cannot be read/,
    ],
    ['a certificate without its key', () => ({ cert: 'x' }), /option "cert": needs the private key/],
    ['a key without its certificate', () => ({ key: 'x' }), /option "key": is of no use without/],
    [
      'a key of another certificate',
      () => ({
        cert: certificates.file('c', certificates.client.cert),
        key: certificates.file('d', certificates.server.key),
      }),
      /option "key": ".*": does not belong to the certificate of cert/,
    ],
    [
      'a key that is none',
      () => ({ cert: certificates.file('e', certificates.client.cert), key: certificates.file('f', 'hello') }),
      /option "key": ".*": is no private key in PEM form/,
    ],
    [
      'an encrypted key without a passphrase',
      () => ({
        cert: certificates.file('g', certificates.client.cert),
        key: certificates.file('h', certificates.encryptedKey),
      }),
      /is encrypted; set its passphrase in PERFGATE_KEY_PASSPHRASE/,
    ],
    [
      'an encrypted key with a wrong passphrase',
      () => ({
        cert: certificates.file('i', certificates.client.cert),
        key: certificates.file('j', certificates.encryptedKey),
      }),
      /cannot be opened with the passphrase in PERFGATE_KEY_PASSPHRASE$/,
      { PERFGATE_KEY_PASSPHRASE: 'secret-wrong' },
    ],
    [
      'a SOCKS proxy',
      () => ({ proxy: 'socks5://me:secret-pw@x:1' }),
      /option "proxy": must be .*; SOCKS is not spoken$/,
    ],
    ['a proxy that is no address', () => ({ proxy: 'me:secret-pw@x:1' }), /option "proxy": must be the address[^;]*$/],
    [
      'a password that is not encoded',
      () => ({ proxy: 'http://me:secret%zz@x:1' }),
      /option "proxy": its user or password holds a %/,
    ],
    [
      'a SOCKS proxy of the environment',
      () => ({}),
      /environment variable ALL_PROXY: must be the address of an HTTP proxy/,
      { ALL_PROXY: 'socks5://me:secret-pw@x:1' },
    ],
    ['a choice that http2 has not', () => ({ http2: 'maybe' as never }), /option "http2": /],
  ])('refuses %s', (_, config, words, environment = {}) => {
    let message = ''
    try {
      route(config(), environment)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toMatch(words)
    expect(message).not.toMatch(/secret/)
  })

  it.each([
    ['option', { proxy: 'http://proxy.example' }, {}],
    ['environment', {}, { http_proxy: 'http://proxy.example' }],
  ])('does not go through a proxy of the %s with HTTP/2 to an http address', (_, config, environment) => {
    expect(() => route({ ...config, http2: true }, environment, 'http://far.example')).toThrow(
      'option "http2": true does not go through the proxy http://proxy.example to an http:// address',
    )
    expect(route({ ...config, http2: true }, environment, FAR).http2).toBe(true)
  })
})

it('a configuration that is shown has no password of a proxy', () => {
  const shown = (proxy: string): unknown => redactConfig(resolveConfig({ proxy }))['proxy']
  expect(shown('http://me:secret@x:1')).toBe('http://***@x:1')
  expect(shown('http://x:1')).toBe('http://x:1')
  expect(shown('env')).toBe('env')
})

it.each([
  ['http://user:pw@other.example/v1?token=1#a', 'http://other.example/v1?…'],
  ['//user:pw@other.example/v1', '//other.example/v1'],
  ['/v1/@me', '/v1/@me'],
  ['https://other.example/@me', 'https://other.example/@me'],
  ['', 'nowhere (no location header)'],
])('the place of a redirect to %s is shown as %s', (location, shown) => {
  expect(shownLocation(location)).toBe(shown)
})
