/** Where the requests of a run go: the user's URL, or the embedded server started for it. */
import { type Api, bearer, resolveEndpoint } from '../apis/index.ts'
import type { Route } from '../client/route.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { promptUrl } from '../datasets/index.ts'
import type { RunHooks } from './hooks.ts'
import { openLocalServer, startsServer } from './localServer.ts'
import { routeOf } from './route.ts'

export interface Endpoint {
  url: string
  origin: string
  path: string
  embedded: boolean
  /** How connections to it are opened. */
  route: Route
  close(): Promise<void>
}

/**
 * @param signal ends the wait for a server that is started for the run
 * @throws ConfigError, also when a certificate or a proxy is wrong
 * @throws EndpointError when a server cannot be started
 */
export async function openEndpoint(
  config: ResolvedConfig,
  api: Api,
  { signal, onNotice }: Pick<RunHooks, 'signal' | 'onNotice'> = {},
): Promise<Endpoint> {
  const route = routeOf(config, startsServer(config) ? undefined : config.url)
  if (startsServer(config)) return { ...(await openLocalServer(config, api, signal, onNotice)), route }
  if (config.url !== undefined) {
    const { origin, path } = resolveEndpoint(promptUrl(config, config.url), api)
    return { url: origin + path, origin, path, embedded: false, route, close: async () => {} }
  }
  // Loaded where it is needed: a run against a real endpoint is not to wait for it.
  const { startServerThread } = await import('../../fixtures/index.ts')
  const server = await startServerThread(config.embedded ?? {})
  const { origin, path } = resolveEndpoint(promptUrl(config, new URL(server.url).origin), api)
  return { url: origin + path, origin, path, embedded: true, route, close: () => server.close() }
}

/** Request headers, names and values in turn. */
export function requestHeaders(config: ResolvedConfig, api: Api): string[] {
  const headers = new Map<string, string>([
    ['content-type', 'application/json'],
    ['accept', config.stream ? 'text/event-stream' : 'application/json'],
    ['user-agent', 'perfgate'],
    ...Object.entries(api.headers?.(config) ?? bearer(config)),
  ])
  for (const [name, value] of Object.entries(config.headers)) headers.set(name.toLowerCase(), value)
  return [...headers].flat()
}
