/** From the URL a user gave, base or full endpoint, to the address requests go to. */
import type { Api } from './api.ts'

const VERSION = /^v\d+[a-z0-9]*$/

/**
 * Appends the API's path to a base URL: `http://h:8000`, `http://h:8000/v1` and the full endpoint all lead to the
 * endpoint. A path that ends like one of the API's paths is left as it is.
 */
export function resolveEndpoint(url: string, api: Api): { origin: string; path: string } {
  const { origin, pathname, search } = new URL(url)
  const path = pathname.replace(/\/+$/, '')
  const known = api.paths[0]
  if (known === undefined) return { origin, path: (path || '/') + search }
  // A gateway may mount the API under a prefix of its own: only the end counts.
  const tails = api.paths.map((one) => one.replace(/^\/v\d+/, ''))
  if (tails.some((tail) => path.endsWith(tail))) return { origin, path: path + search }
  return { origin, path: path + missingPart(path, known) + search }
}

/** What `path` lacks of `known`, of which it may hold the beginning: `/gateway/v1` lacks `/chat/completions`. */
function missingPart(path: string, known: string): string {
  const given = path.split('/').slice(1)
  const wanted = known.split('/').slice(1)
  // One version of an API stands for another, as in `/v4/chat/completions`.
  const same = (a: string, b: string): boolean => a === b || (VERSION.test(a) && VERSION.test(b))
  let common = Math.min(given.length, wanted.length - 1)
  while (common > 0 && !given.slice(-common).every((part, i) => same(part, wanted[i]!))) common--
  return wanted
    .slice(common)
    .map((part) => `/${part}`)
    .join('')
}
