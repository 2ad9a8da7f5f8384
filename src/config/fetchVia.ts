/** fetch by the way that a scenario's options name: its CA, its proxy. For hubs and collectors, which are not the endpoint. */
import { getCACertificates } from 'node:tls'
import { certificates, type NetworkOptions, proxyOf } from './route.ts'

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/**
 * Node's own fetch where nothing else is asked for, else that of undici, which is loaded then. A private CA counts beside
 * those of Node, since hubs and collectors are public as often as not. Each address a redirect leads to has its own proxy.
 *
 * @throws ConfigError when the file of a CA or the address of a proxy is wrong
 */
export function fetchVia(network: NetworkOptions = {}, environment = process.env): Fetch {
  const ca = network.ca === undefined ? undefined : [...getCACertificates('default'), certificates('ca', network.ca)]
  let own: Promise<Fetch> | undefined
  return async (url, init) => {
    if (ca === undefined && proxyOf(network, url, environment) === undefined) return fetch(url, init)
    own ??= ownFetch(network, ca, environment)
    return (await own)(url, init)
  }
}

async function ownFetch(
  network: NetworkOptions,
  ca: readonly string[] | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Fetch> {
  const undici = await import('undici')
  const tls = ca === undefined ? {} : { ca: [...ca] }
  const dispatcher = new undici.Agent({
    factory(origin, options) {
      const proxy = proxyOf(network, String(origin), environment)
      if (proxy === undefined) return new undici.Pool(origin, { ...options, connect: tls })
      return new undici.ProxyAgent({
        uri: proxy.origin,
        ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
        requestTls: tls,
        proxyTls: tls,
        proxyTunnel: false,
      })
    },
  })
  return ((url, init) => undici.fetch(url, { ...(init as object), dispatcher })) as Fetch
}
