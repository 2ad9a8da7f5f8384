/** How connections to an endpoint are opened. Holds secrets: it is never stored or shown. */

export interface Route {
  /** `auto`: where a server offers it in the TLS handshake; true: only, without TLS by prior knowledge. */
  http2: 'auto' | boolean
  tls: TlsSettings
  proxy: HttpProxy | undefined
}

export interface TlsSettings {
  /** PEM texts. */
  ca?: string
  cert?: string
  key?: string
  passphrase?: string
  insecure?: boolean
}

export interface HttpProxy {
  /** Without credentials, for instance `http://10.0.0.1:3128`. */
  origin: string
  /** Value of `proxy-authorization`. */
  authorization: string | undefined
}

/** Where nothing is said: HTTP/1.1, straight. */
export const STRAIGHT: Route = { http2: false, tls: {}, proxy: undefined }

export function mayBeHttp2(origin: string, { http2 }: Route = STRAIGHT): boolean {
  return http2 === true || (http2 === 'auto' && origin.startsWith('https:'))
}
