/** From the options of the network to how connections are opened: reads files, asks the environment. A route holds secrets: it is never stored or shown. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { checkProxyUrl } from './addresses.ts'
import { ConfigError } from './errors.ts'
import { type Environment, proxyFor } from './proxyFor.ts'
import type { ResolvedConfig } from './schema.ts'

export interface Route {
  /** `auto`: where a server offers it in the TLS handshake; true: only, without TLS by prior knowledge. */
  http2: 'auto' | boolean
  tls: TlsSettings
  proxy: HttpProxy | undefined
}

export interface TlsSettings {
  /** PEM texts. */
  ca?: string
  cert?: string
  key?: string
  passphrase?: string
  insecure?: boolean
}

export interface HttpProxy {
  /** Without credentials, for instance `http://10.0.0.1:3128`. */
  origin: string
  /** Value of `proxy-authorization`. */
  authorization: string | undefined
}

/** The options that a way to somewhere else than the endpoint takes. */
export type NetworkOptions = { [Name in 'ca' | 'proxy']?: ResolvedConfig[Name] | undefined }

const PASSPHRASE = 'PERFGATE_KEY_PASSPHRASE'

/**
 * @param url an address of the endpoint; undefined for one that we start ourselves: no proxy leads there
 * @throws ConfigError when a file cannot be read or does not hold what it should, or a proxy's address is none
 */
export function routeOf(
  config: ResolvedConfig,
  url: string | undefined,
  environment: Environment = process.env,
): Route {
  const proxy = url === undefined ? undefined : proxyOf(config, url, environment)
  if (proxy !== undefined && config.http2 === true && url?.startsWith('http:'))
    throw new ConfigError(
      `option "http2": true does not go through the proxy ${proxy.origin} to an http:// address; use https://, or set proxy to none`,
      'http2',
    )
  return { http2: config.http2, tls: tlsOf(config, environment), proxy }
}

/** The same for an address that is not the endpoint's: our certificate is not shown there. */
export function foreignRoute(config: ResolvedConfig, url: string, environment: Environment = process.env): Route {
  const { cert: _cert, key: _key, passphrase: _passphrase, ...tls } = tlsOf(config, environment)
  return { http2: config.http2 === true ? 'auto' : config.http2, tls, proxy: proxyOf(config, url, environment) }
}

/** @returns undefined: straight. @throws ConfigError when a proxy's address is none */
export function proxyOf(
  { proxy = 'env' }: NetworkOptions,
  url: string,
  environment: Environment,
): HttpProxy | undefined {
  if (proxy === 'none') return undefined
  const found = proxy === 'env' ? proxyFor(url, environment) : { variable: 'option "proxy"', value: proxy }
  if (found === undefined) return undefined
  const where = proxy === 'env' ? `environment variable ${found.variable}` : found.variable
  // As other programs have it, an address without a scheme is one of http.
  const value = proxy === 'env' && !found.value.includes('://') ? `http://${found.value}` : found.value
  const { origin, username, password } = checkProxyUrl(value, where)
  if (username === '' && password === '') return { origin, authorization: undefined }
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return { origin, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  } catch {
    throw new ConfigError(
      `${where}: its user or password holds a % that is not followed by two hex digits; write %25`,
      'proxy',
    )
  }
}

function tlsOf({ ca, cert, key, insecure }: ResolvedConfig, environment: Environment): TlsSettings {
  const tls: TlsSettings = {}
  if (insecure) tls.insecure = true
  if (ca !== undefined) tls.ca = certificates('ca', ca)
  if (cert === undefined || key === undefined) return tls
  tls.cert = certificates('cert', cert)
  tls.key = read('key', key)
  const passphrase = environment[PASSPHRASE]
  if (passphrase !== undefined && passphrase !== '') tls.passphrase = passphrase
  try {
    createSecureContext({ cert: tls.cert, key: tls.key, ...(tls.passphrase === undefined ? {} : { passphrase }) })
  } catch (error) {
    throw new ConfigError(`option "key": "${key}": ${keyTrouble(error as Error, tls)}`, 'key')
  }
  return tls
}

function keyTrouble({ message }: Error, { key = '', passphrase }: TlsSettings): string {
  if (/mismatch/i.test(message)) return 'does not belong to the certificate of cert'
  if (!/ENCRYPTED/.test(key)) return `is no private key in PEM form (${message})`
  return passphrase === undefined
    ? `is encrypted; set its passphrase in ${PASSPHRASE}`
    : `cannot be opened with the passphrase in ${PASSPHRASE}`
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g

/** @returns PEM texts, joined. @throws ConfigError when the file cannot be read or holds none */
export function certificates(option: 'ca' | 'cert', path: string): string {
  const text = read(option, path)
  const found = text.match(CERTIFICATE) ?? []
  if (found.length === 0)
    throw new ConfigError(
      `option "${option}": "${path}" holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)`,
      option,
    )
  for (const [i, one] of found.entries()) {
    try {
      new X509Certificate(one)
    } catch (error) {
      throw new ConfigError(
        `option "${option}": certificate ${i + 1} of "${path}" cannot be read: ${(error as Error).message}`,
        option,
      )
    }
  }
  return found.join('\n')
}

function read(option: 'ca' | 'cert' | 'key', path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(`option "${option}": cannot read the file: ${(error as Error).message}`, option)
  }
}
