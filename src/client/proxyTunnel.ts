/** The way through an HTTP proxy: a tunnel (CONNECT) to an https endpoint, the proxy itself to an http one. */

import type { Socket } from 'node:net'
import { startTimer } from '../config/timers.ts'
import type { Connector } from './connector.ts'
import { request } from './nodeHttp.ts'
import type { HttpProxy } from './route.ts'

export interface ProxyWay {
  proxy: HttpProxy
  /** Opens a socket to the proxy. */
  toProxy: Connector
  /** Makes TLS with the endpoint of the socket it is given as `httpSocket`. */
  secure: Connector
  timeoutMs: number
}

/** All steps together take `timeoutMs` at most; what the proxy has to answer for has the code PERFGATE_PROXY. */
export function throughProxy({ proxy, toProxy, secure, timeoutMs }: ProxyWay): Connector {
  return (target, callback) => {
    let socket: Socket | undefined
    let isThrough = false
    let isSettled = false
    const settle = (error: Error | null, opened: Socket | null): void => {
      timer.stop()
      if (isSettled) opened?.destroy()
      else if (error === null) callback(null, opened!)
      else {
        socket?.destroy()
        callback(error, null)
      }
      isSettled = true
    }
    const timer = startTimer(() => {
      const words = `no connection within ${timeoutMs / 1000} s`
      const late = Object.assign(new Error(`${words}, through a proxy`), { code: 'UND_ERR_CONNECT_TIMEOUT' })
      settle(isThrough ? late : proxyError(proxy, words), null)
    }, timeoutMs)
    toProxy(addressOf(proxy), (error, opened) => {
      if (error !== null) return settle(proxyError(proxy, error.message, error), null)
      socket = opened
      // An http endpoint's requests name it in full: no more than the proxy's own address is needed.
      if (isSettled || target.protocol !== 'https:') return settle(null, opened)
      askForTunnel(opened, proxy, authorityOf(target), (refused) => {
        if (isSettled) return void opened.destroy()
        if (refused !== null) return settle(refused, null)
        isThrough = true
        secure({ ...target, httpSocket: opened }, settle)
      })
    })
  }
}

function addressOf({ origin }: HttpProxy): Parameters<Connector>[0] {
  const { hostname, host, protocol, port } = new URL(origin)
  return { hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port }
}

function authorityOf({ hostname, port }: Parameters<Connector>[0]): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port || 443}`
}

function askForTunnel(
  socket: Socket,
  proxy: HttpProxy,
  authority: string,
  callback: (error: Error | null) => void,
): void {
  const { authorization } = proxy
  const asked = request({
    createConnection: () => socket,
    method: 'CONNECT',
    path: authority,
    headers: {
      host: authority,
      connection: 'keep-alive',
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    },
  })
  asked.on('connect', ({ statusCode = 0 }, _socket, head) => {
    if (statusCode < 200 || statusCode >= 300) {
      const hint = statusCode === 407 ? '; write its address as http://user:password@host:port' : ''
      return callback(proxyError(proxy, `answered ${statusCode} to CONNECT ${authority}${hint}`))
    }
    if (head.length > 0) socket.unshift(head)
    callback(null)
  })
  asked.on('error', (error) => callback(proxyError(proxy, error.message, error)))
  asked.end()
}

function proxyError({ origin }: HttpProxy, words: string, cause?: Error): Error {
  return Object.assign(new Error(`proxy ${origin}: ${words}`, { cause }), { code: 'PERFGATE_PROXY' })
}
