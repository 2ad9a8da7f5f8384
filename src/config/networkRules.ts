/** Which options of the network go together. */
import { ConfigError } from './errors.ts'
import type { ResolvedConfig } from './schema.ts'

/** @throws ConfigError naming the option; a proxy's address is not repeated, since it may hold a password */
export function checkNetwork({ cert, key, proxy }: ResolvedConfig): void {
  if (cert !== undefined && key === undefined)
    throw new ConfigError(
      'option "cert": needs the private key that belongs to it; set key (it may be the same file)',
      'cert',
    )
  if (key !== undefined && cert === undefined)
    throw new ConfigError('option "key": is of no use without its certificate; set cert', 'key')
  if (proxy !== 'env' && proxy !== 'none') checkProxyUrl(proxy, 'option "proxy"')
}

/** @throws ConfigError when it is not the address of an HTTP proxy */
export function checkProxyUrl(proxy: string, where: string): URL {
  const parsed = URL.canParse(proxy) ? new URL(proxy) : undefined
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol)) return parsed
  const why = parsed?.protocol.startsWith('socks') ? '; SOCKS is not spoken' : ''
  throw new ConfigError(`${where}: must be the address of an HTTP proxy, as http://host:port${why}`, 'proxy')
}
