/** Load goes to this machine, to hosts that were allowed, and in CI to no other. */
import {
  ConfigError,
  ciSystem,
  type EndpointOptions,
  isLoopback,
  type ResolvedConfig,
  usesEmbedded,
} from '../config/index.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Target = Pick<ResolvedConfig, 'url' | 'allowedHosts' | 'yes'>

/** Hosts that need no allowance: this machine, and "any address of this machine". */
function isThisMachine(hostname: string): boolean {
  return isLoopback(hostname) || ['0.0.0.0', '::', '[::]'].includes(hostname)
}

/**
 * Whether load may be sent there.
 *
 * @returns a sentence for the user where the host was not allowed by name
 * @throws ConfigError in CI, where nobody would read it
 */
export function admitHost({ url, allowedHosts, yes }: Target, env: Environment = process.env): string | undefined {
  if (url === undefined) return undefined
  const { hostname, host } = new URL(url)
  const allowed = [...[allowedHosts].flat(), ...(env['PERFGATE_ALLOWED_HOSTS'] ?? '').split(',')]
  if (isThisMachine(hostname) || yes || allowed.some((pattern) => fits(pattern.trim(), hostname, host)))
    return undefined
  if (ciSystem(env) !== undefined)
    throw new ConfigError(
      `option "url": ${hostname} is not this machine, and in CI load goes only where it was allowed; write allowedHosts: ['${hostname}'] into the scenario (--allowed-hosts ${hostname}), set PERFGATE_ALLOWED_HOSTS=${hostname}, or give --yes`,
      'allowedHosts',
    )
  return `load goes to ${hostname}, which is not this machine; interrupt if that is a mistake (--allowed-hosts ${hostname} says it is none)`
}

/**
 * Whether the embedded server may stand in for an endpoint that is not given: in CI it must be asked for, since a green
 * job would say nothing of the endpoint that was meant.
 *
 * @throws ConfigError in CI, where neither `url` nor `embedded` is given
 */
export function requireEndpoint(config: ResolvedConfig, env: Environment = process.env): void {
  if (ciSystem(env) === undefined || config.embedded !== undefined || !usesEmbedded(config)) return
  throw new ConfigError(
    'option "url": missing, and in CI the embedded server is measured only where you ask for it; give url, or write embedded: {}',
    'url',
  )
}

/** What to tell the user of a run whose scenario names no endpoint; undefined where it names one. */
export function embeddedNotice(config: EndpointOptions): string | undefined {
  if (config.embedded !== undefined || !usesEmbedded(config)) return undefined
  return 'no url is given, so this run measures the embedded server, whose timing is a model; --url measures yours'
}

/**
 * `*` stands for any host, `*.example.com` for those below it; a port is compared where one is given. A URL stands for
 * its host, so that a CI job can allow what the variable of its endpoint holds.
 */
function fits(pattern: string, hostname: string, host: string): boolean {
  const isUrl = pattern.includes('://') && URL.canParse(pattern)
  const wanted = isUrl ? new URL(pattern).host : pattern.toLowerCase()
  if (wanted === '*') return true
  if (wanted.startsWith('*.')) return hostname.endsWith(wanted.slice(1))
  return wanted !== '' && (wanted === hostname || wanted === host)
}
