/** Where the requests of a run go: the user's URL, or the embedded server started for it. */
import { type Api, addedPath, bearer, resolveEndpoint } from '../apis/index.ts'
import type { Route } from '../client/route.ts'
import { ConfigError, type ResolvedConfig, startsServer } from '../config/index.ts'
import { promptUrl } from '../datasets/index.ts'
import type { RunHooks } from './hooks.ts'
import { openLocalServer } from './localServer.ts'
import { routeOf } from './route.ts'

export interface Endpoint {
  url: string
  origin: string
  path: string
  /** What of the path the user did not write. */
  added: string
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
  if (startsServer(config)) {
    const server = await openLocalServer(config, api, signal, onNotice)
    return { ...server, added: config.url === undefined ? '' : addedPath(config.url, server.url), route }
  }
  if (config.url !== undefined) {
    const { origin, path } = resolveEndpoint(promptUrl(config, config.url), api)
    const url = origin + path
    const added = addedPath(config.url, url)
    return { url, origin, path, added, embedded: false, route, close: async () => {} }
  }
  // Loaded where it is needed: a run against a real endpoint is not to wait for it.
  const { startServerThread } = await import('../../fixtures/index.ts')
  const server = await startServerThread(config.embedded ?? {})
  const { origin, path } = resolveEndpoint(promptUrl(config, new URL(server.url).origin), api)
  return { url: origin + path, origin, path, added: '', embedded: true, route, close: () => server.close() }
}

/** What a header's value may hold: visible characters of Latin-1, blanks and tabs. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * Sees that a key and headers can be sent at all; their values are not shown.
 *
 * @param keyFrom what the key came from, in words
 * @throws ConfigError naming what holds a character that no header can carry
 */
export function checkHeaders(config: ResolvedConfig, api: Api, keyFrom: string): void {
  const { apiKey } = config
  if (apiKey !== undefined && !VALUE.test(apiKey))
    throw new ConfigError(`${keyFrom}: ${wrongCharacter(apiKey)}`, 'apiKey')
  const headers = requestHeaders(config, api)
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = [headers[i]!, headers[i + 1]!]
    if (!NAME.test(name))
      throw new ConfigError(
        `option "headers": ${JSON.stringify(name)} is not a header's name; write it as x-name`,
        'headers',
      )
    if (!VALUE.test(value)) throw new ConfigError(`option "headers.${name}": ${wrongCharacter(value)}`, 'headers')
  }
}

function wrongCharacter(value: string): string {
  const at = [...value].findIndex((character) => !VALUE.test(character))
  const character = [...value][at]!
  const isEnd = value.slice(value.indexOf(character)).trim() === ''
  const what = /[\r\n]/.test(character)
    ? `holds a line break${isEnd ? ' at its end' : ''}`
    : `holds the character U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} at position ${at + 1}`
  return `${what}, which no HTTP header can carry; remove it`
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
