/** From the URL a user gave, base or full endpoint, to the address requests go to. */
import type { Api } from './api.ts'

/**
 * Appends the API's path to a base URL: `http://h:8000`, `http://h:8000/v1` and the full endpoint all lead to the
 * endpoint. A path that ends like one of the API's paths is left as it is.
 */
export function resolveEndpoint(url: string, api: Api): { origin: string; path: string } {
  const { origin, pathname, search } = new URL(url)
  const path = pathname.replace(/\/+$/, '')
  // A gateway may mount the API under a prefix of its own: only the end counts.
  const tails = api.paths.map((known) => known.replace(/^\/v\d+/, ''))
  if (tails.some((tail) => path.endsWith(tail))) return { origin, path: path + search }
  const known = api.paths[0]!
  const version = /^\/v\d+/.exec(known)?.[0] ?? ''
  const full = version !== '' && /\/v\d+[a-z0-9]*$/.test(path) ? path + known.slice(version.length) : path + known
  return { origin, path: full + search }
}
