/** What the way to the endpoint puts on the wire, and what a reader must know of it. */
import type { Route } from '../client/route.ts'

/** What goes on the wire besides: through a proxy, requests to an http endpoint name it in full. */
export function wired(
  { proxy }: Route,
  { origin, path }: { origin: string; path: string },
  headers: readonly string[],
): { path: string; headers: string[] } {
  if (proxy === undefined || origin.startsWith('https:')) return { path, headers: [...headers] }
  const { authorization } = proxy
  const own = authorization === undefined ? [] : ['proxy-authorization', authorization]
  return { path: origin + path, headers: [...headers, ...own] }
}

/** What a reader of the figures must know of the way. */
export function routeNotes(
  { http2, tls, proxy }: Route,
  origin: string,
  connections: { opened: number; http2: number },
): string[] {
  const notes: string[] = []
  const isUnchecked = tls.insecure === true || process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
  if (isUnchecked && origin.startsWith('https:'))
    notes.push(
      `Warning: certificates were not checked (${tls.insecure === true ? 'insecure' : 'NODE_TLS_REJECT_UNAUTHORIZED=0'}), so whoever answers at ${origin} could read the requests and the key.`,
    )
  if (proxy !== undefined)
    notes.push(`Requests went through the proxy ${proxy.origin}, whose own time is part of every latency.`)
  if (http2 !== false && connections.http2 > 0)
    notes.push(
      `${connections.http2 === connections.opened ? 'Requests' : `Requests on ${connections.http2} of ${connections.opened} connections`} went over HTTP/2, one at a time on a connection; stamps are those of the frames.`,
    )
  return notes
}
