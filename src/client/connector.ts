/** Opens the sockets of an endpoint: straight or through a proxy, with TLS as the route says. */
import { isIP, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { directlyReadable, directReads, type OnRead, readDirectly } from './directReads.ts'
import { throughProxy } from './proxyTunnel.ts'
import { type HttpProxy, type Route, STRAIGHT, type TlsSettings } from './route.ts'
import { buildConnector } from './undici.ts'

export type Connector = ReturnType<typeof buildConnector>
export type ConnectOptions = Parameters<Connector>[0]
export type ConnectCallback = Parameters<Connector>[1]

/**
 * A connector for one connection, which may open it again and again.
 *
 * The time it takes covers all that is needed before a request can be written: name lookup, TCP, the way through a
 * proxy, TLS. All of it ends within `timeoutMs`, with an error whose code tells what it waited for.
 *
 * @param onRead takes the bytes of sockets for which `readsDirectly` holds; the others are streams
 */
export function connectorFor(origin: string, timeoutMs: number, route: Route = STRAIGHT, onRead?: OnRead): Connector {
  const isSecure = origin.startsWith('https:')
  const isDirect = onRead !== undefined && readsDirectly(origin, route)
  const straight = withLookup(
    buildConnector({
      timeout: timeoutMs,
      allowH2: isSecure && route.http2 !== false,
      preferH2: true,
      // Without TLS both ends must know it beforehand.
      ...(!isSecure && route.http2 === true ? { useH2c: true } : {}),
      ...(isSecure ? tlsOptions(route.tls) : {}),
      ...(isDirect ? directReads(onRead) : {}),
    }),
  )
  if (isDirect) return directly(straight)
  const { proxy } = route
  const open =
    proxy === undefined
      ? straight
      : throughProxy({ proxy, toProxy: proxyConnector(proxy, timeoutMs, route.tls), secure: straight, timeoutMs })
  return isSecure && route.http2 === true ? onlyHttp2(open) : open
}

/** What TLS, HTTP/2 and the way through a proxy need is a stream. */
export function readsDirectly(origin: string, { http2, proxy }: Route = STRAIGHT): boolean {
  return directlyReadable && proxy === undefined && http2 !== true && !origin.startsWith('https:')
}

function directly(connector: Connector): Connector {
  return (options, callback) =>
    connector(options, (error, socket) => {
      if (error !== null) return callback(error, null)
      readDirectly(socket)
      callback(null, socket)
    })
}

/** Our own certificate is for the endpoint, not for the proxy. */
function proxyConnector({ origin }: HttpProxy, timeoutMs: number, { ca, insecure }: TlsSettings): Connector {
  const tls = { ...(ca === undefined ? {} : { ca }), ...(insecure ? { rejectUnauthorized: false } : {}) }
  return withLookup(buildConnector({ timeout: timeoutMs, allowH2: false, ...(origin.startsWith('https:') ? tls : {}) }))
}

export function isHttp2(socket: Socket | TLSSocket): boolean {
  return (socket as TLSSocket).alpnProtocol === 'h2'
}

/**
 * Hears of the peer's complaint about our certificate, which with TLS 1.3 comes after the handshake. undici tells of the
 * end that follows it instead.
 */
export function onAlert(socket: Socket | TLSSocket, listener: (error: Error) => void): void {
  if (!('encrypted' in socket)) return
  socket.once('error', (error: Error & { code?: string }) => {
    if (error.code?.startsWith('ERR_SSL')) listener(error)
  })
}

/** What a thread needs once: reading certificates takes longer than a handshake. */
const contexts = new WeakMap<TlsSettings, SecureContext>()

function tlsOptions(tls: TlsSettings): { secureContext: SecureContext; rejectUnauthorized?: false } {
  const { insecure, ...settings } = tls
  let secureContext = contexts.get(tls)
  if (secureContext === undefined) {
    secureContext = createSecureContext(settings)
    contexts.set(tls, secureContext)
  }
  return { secureContext, ...(insecure ? { rejectUnauthorized: false } : {}) }
}

/** Tells a name that is not found in time from a host that does not answer in time. */
function withLookup(connector: Connector): Connector {
  return (options, callback) => {
    if (options.httpSocket !== undefined || isIP(options.hostname) !== 0) return connector(options, callback)
    let looking = true
    // It returns the socket, which its type does not say.
    const socket = connector(options, (error, socket) => {
      if (error === null) callback(null, socket)
      else callback(looking && isTimeout(error) ? lookupTimeout(options.hostname, error) : error, null)
    }) as unknown as Socket
    socket.once('lookup', () => {
      looking = false
    })
    return socket
  }
}

function isTimeout(error: Error): boolean {
  return (error as { code?: string }).code === 'UND_ERR_CONNECT_TIMEOUT'
}

function lookupTimeout(hostname: string, cause: Error): Error {
  return Object.assign(new Error(`the address of ${hostname} was not found within connect-timeout`, { cause }), {
    code: 'ETIMEOUT',
  })
}

function onlyHttp2(connector: Connector): Connector {
  return (options, callback) =>
    connector(options, (error, socket) => {
      if (error !== null) return callback(error, null)
      if (isHttp2(socket)) return callback(null, socket)
      socket.destroy()
      const words = 'the server does not speak HTTP/2, which http2: true asks for; use auto'
      callback(Object.assign(new Error(words), { code: 'ERR_TLS_NO_HTTP2' }), null)
    })
}
