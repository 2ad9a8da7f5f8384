/** How connections to an endpoint are opened: see config/route.ts. */
import type { Route } from '../config/route.ts'

export type { HttpProxy, Route, TlsSettings } from '../config/route.ts'

/** Where nothing is said: HTTP/1.1, straight. */
export const STRAIGHT: Route = { http2: false, tls: {}, proxy: undefined }

export function mayBeHttp2(origin: string, { http2 }: Route = STRAIGHT): boolean {
  return http2 === true || (http2 === 'auto' && origin.startsWith('https:'))
}
