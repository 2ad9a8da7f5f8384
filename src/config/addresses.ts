/** Addresses in a scenario: what a base URL may be, which hosts are this machine, and the rules of a proxy. */
import { ConfigError } from './errors.ts'
import type { ResolvedConfig } from './schema.ts'

/** `v1`, `v1beta`, `v4`. */
const VERSION = /^v\d+[a-z0-9]*$/

/** Documented base URLs that have no version in their path, and take none. */
const WITHOUT_VERSION: readonly ((url: URL, parts: readonly string[]) => boolean)[] = [
  // Azure OpenAI and Azure AI Foundry: the version is in the query.
  ({ searchParams }) => searchParams.has('api-version'),
  // Azure OpenAI: /openai/deployments/NAME
  (_, parts) => parts.at(-2) === 'deployments' && parts.at(-3) === 'openai',
  // Databricks: /serving-endpoints
  (_, parts) => parts.at(-1) === 'serving-endpoints',
  // GitHub Models: /inference, and /orgs/NAME/inference
  (_, parts) => parts.at(-1) === 'inference',
  ({ hostname }) => hostname === 'models.inference.ai.azure.com' || hostname === 'api.perplexity.ai',
]

/**
 * The path of an endpoint beneath a base URL, without a query: `http://h:8000` and `http://h:8000/v1` both lead to
 * `/v1/chat/completions`.
 *
 * The version is added only where the path has none anywhere: Gemini's `/v1beta/openai` leads to
 * `/v1beta/openai/chat/completions`.
 *
 * @param known the path as the API's own vendor has it, for instance `/v1/chat/completions`
 */
export function pathBeneath(base: URL, known: string): string {
  const path = base.pathname.replace(/\/+$/, '')
  const given = path.split('/').slice(1)
  const wanted = known.split('/').slice(1)
  const common = commonParts(given, wanted)
  const hasVersion = given.some((part) => VERSION.test(part)) || WITHOUT_VERSION.some((is) => is(base, given))
  const version = wanted.findIndex((part) => VERSION.test(part))
  const past = hasVersion && version < wanted.length - 1 ? version + 1 : 0
  return [path, ...wanted.slice(Math.max(common, past))].join('/')
}

/** How much of the beginning of `wanted` the end of `given` holds: `/gateway/v1` has one part of `/v1/rerank`. */
function commonParts(given: readonly string[], wanted: readonly string[]): number {
  // One version of an API stands for another, as in `/v4/chat/completions`.
  const same = (a: string, b: string): boolean => a === b || (VERSION.test(a) && VERSION.test(b))
  let common = Math.min(given.length, wanted.length - 1)
  while (common > 0 && !given.slice(-common).every((part, i) => same(part, wanted[i]!))) common--
  return common
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|::ffff:(127(\.\d{1,3}){3}|7f[0-9a-f]{2}:[0-9a-f]{1,4}))$/

/**
 * `localhost` and names below it, 127.0.0.0/8, ::1, and the addresses of IPv6 that stand for them.
 *
 * @param hostname as in a URL, with or without the brackets of IPv6 and the dot of a full name
 */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '')
  return LOOPBACK.test(host) || host === 'localhost' || host.endsWith('.localhost')
}

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

/** What decides where the requests of a scenario go; also of one that is not resolved yet. */
export type EndpointOptions = { [Name in 'url' | 'embedded' | 'localCommand' | 'api']?: unknown }

/** True when the endpoint of this scenario must be started first. */
export function startsServer({ localCommand, api }: EndpointOptions): boolean {
  return localCommand !== undefined || String(api).replaceAll('-', '_') === 'local_vllm'
}

/** True when this scenario measures the embedded server. */
export function usesEmbedded(config: EndpointOptions): boolean {
  return config.url === undefined && !startsServer(config)
}
