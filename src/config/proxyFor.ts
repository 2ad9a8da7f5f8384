/** Which proxy an address is reached through, by the environment variables that other programs heed too. */
import { BlockList, isIP } from 'node:net'
import { isLoopback } from './addresses.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * `HTTP_PROXY` for http, `HTTPS_PROXY` for https, `ALL_PROXY` where that one is not set; lower case wins. Never for
 * loopback, nor for what `NO_PROXY` names.
 *
 * @returns the name of the variable and its value; undefined: straight
 */
export function proxyFor(url: string, environment: Environment): { variable: string; value: string } | undefined {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isLoopback(host)) return undefined
  const noProxy = environment['no_proxy'] ?? environment['NO_PROXY'] ?? ''
  const atPort = port || (protocol === 'https:' ? '443' : '80')
  if (noProxy.split(/[\s,]+/).some((entry) => entry !== '' && covers(entry.toLowerCase(), host, atPort)))
    return undefined
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  const variable = [name, name.toUpperCase(), 'all_proxy', 'ALL_PROXY'].find((one) => environment[one])
  return variable === undefined ? undefined : { variable, value: environment[variable]! }
}

/**
 * @param entry `*`, a name (which covers the names below it, with or without a dot or `*.` before it), an address, or
 *   a network as `10.0.0.0/8`; each may end in a port
 */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [, name = entry, onlyPort] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []
  if (onlyPort !== undefined && onlyPort !== port) return false
  const wanted = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '')
  if (wanted === host) return true
  if (isIP(host) === 0) return host.endsWith(`.${wanted}`)
  return inNetwork(wanted, host)
}

function inNetwork(network: string, host: string): boolean {
  const [address = '', bits] = network.split('/')
  if (bits === undefined || !/^\d+$/.test(bits) || isIP(address) === 0 || isIP(address) !== isIP(host)) return false
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  const prefix = Number(bits)
  if (prefix > (family === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(address, prefix, family)
  return list.check(host, family)
}
