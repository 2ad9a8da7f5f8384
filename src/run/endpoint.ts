/** Where the requests of a run go: the user's URL, or the embedded server started for it. */
import { type Api, bearer, resolveEndpoint } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { promptUrl } from '../datasets/index.ts'
import type { RunHooks } from './hooks.ts'
import { openLocalServer, startsServer } from './localServer.ts'

export interface Endpoint {
  url: string
  origin: string
  path: string
  embedded: boolean
  close(): Promise<void>
}

/**
 * @param signal ends the wait for a server that is started for the run
 * @throws ConfigError, EndpointError when a server cannot be started
 */
export async function openEndpoint(
  config: ResolvedConfig,
  api: Api,
  { signal, onNotice }: Pick<RunHooks, 'signal' | 'onNotice'> = {},
): Promise<Endpoint> {
  if (startsServer(config)) return openLocalServer(config, api, signal, onNotice)
  if (config.url !== undefined) {
    const { origin, path } = resolveEndpoint(promptUrl(config, config.url), api)
    return { url: origin + path, origin, path, embedded: false, close: async () => {} }
  }
  // Loaded where it is needed: a run against a real endpoint is not to wait for it.
  const { startServerThread } = await import('../../fixtures/index.ts')
  const server = await startServerThread(config.embedded)
  const { origin, path } = resolveEndpoint(promptUrl(config, new URL(server.url).origin), api)
  return { url: origin + path, origin, path, embedded: true, close: () => server.close() }
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
