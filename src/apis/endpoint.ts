/** From the URL a user gave, base or full endpoint, to the address requests go to. */
import { pathBeneath } from '../config/addresses.ts'
import type { Api } from './api.ts'

/**
 * Appends the API's path to a base URL: `http://h:8000`, `http://h:8000/v1` and the full endpoint all lead to the
 * endpoint. A path that ends like one of the API's paths is left as it is, and so is one of Databricks' that ends in
 * `/invocations`.
 */
export function resolveEndpoint(url: string, api: Api): { origin: string; path: string } {
  const parsed = new URL(url)
  const { origin, search } = parsed
  const path = parsed.pathname.replace(/\/+$/, '')
  const known = api.paths[0]
  if (known === undefined) return { origin, path: (path || '/') + search }
  // A gateway may mount the API under a prefix of its own: only the end counts.
  const tails = api.paths.map((one) => one.replace(/^\/v\d+/, ''))
  const isWhole = tails.some((tail) => path.endsWith(tail)) || /\/serving-endpoints\/[^/]+\/invocations$/.test(path)
  return { origin, path: (isWhole ? path : pathBeneath(parsed, known)) + search }
}

/**
 * What was added to the path of a URL to reach an endpoint; empty where nothing was.
 * @param endpoint the URL of the endpoint
 */
export function addedPath(url: string, endpoint: string): string {
  const given = new URL(url).pathname.replace(/\/+$/, '')
  const { pathname } = new URL(endpoint)
  return pathname.startsWith(given) ? pathname.slice(given.length).replace(/^\/$/, '') : ''
}
