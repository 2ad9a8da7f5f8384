/** Endpoints over TLS and HTTP/2, and a proxy, which write down what reached them. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createH2c, createSecureServer, type Http2SecureServer, type Http2Server } from 'node:http2'
import { createServer as createHttps, type Server as HttpsServer } from 'node:https'
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'

export interface Seen {
  method: string
  path: string
  httpVersion: string
  headers: Record<string, string | string[] | undefined>
  /** Number of the connection it came on. */
  connection: number
  /** `performance.now()` of its arrival, and of each write of a token. */
  at: number
  tokensAt: number[]
  /** Common name of the certificate that the client showed. */
  client?: string | undefined
}

export interface TestEndpoint {
  port: number
  seen: Seen[]
  connections: () => number
  /** Requests in the making at once, at most. */
  peak: () => number
  close(): Promise<void>
}

export interface EndpointOptions {
  /** `h1`, `h2` only, or `both`, by the TLS handshake or, without TLS, by prior knowledge. */
  speaks?: 'h1' | 'h2' | 'both'
  tls?: TlsOptions
  /** Tokens of an answer, and the pause before each, milliseconds. */
  tokens?: number
  pauseMs?: number
  /** Answers request `index` (from 0) in place of the tokens; false: it did not. */
  answer?: (index: number, response: ServerResponse) => boolean
}

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const usage = (tokens: number): string =>
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 5, completion_tokens: tokens } })}\n\n`

export async function startEndpoint(options: EndpointOptions = {}): Promise<TestEndpoint> {
  const { speaks = 'h1', tls, tokens = 3, pauseMs = 0, answer } = options
  const seen: Seen[] = []
  const numbers = new Map<unknown, number>()
  let busy = 0
  let peak = 0
  const listener: RequestListener = (request, response) => {
    const peer = (request.socket as { getPeerCertificate?: () => { subject?: { CN?: string } } }).getPeerCertificate?.()
    const one: Seen = {
      method: request.method!,
      path: request.url!,
      httpVersion: request.httpVersion,
      headers: request.headers,
      connection: numbers.get(request.socket.remotePort) ?? -1,
      at: performance.now(),
      tokensAt: [],
      client: peer?.subject?.CN,
    }
    const index = seen.push(one) - 1
    peak = Math.max(peak, ++busy)
    response.on('close', () => busy--)
    request.resume()
    request.on('end', async () => {
      if (answer?.(index, response)) return
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let i = 0; i < tokens; i++) {
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
        one.tokensAt.push(performance.now())
        response.write(event({ content: `t${i}` }))
      }
      response.end(`${event({}, 'stop')}${usage(tokens)}data: [DONE]\n\n`)
    })
  }
  const server = serverOf(speaks, tls, listener)
  const sockets = new Set<Socket>()
  let connections = 0
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    numbers.set(socket.remotePort, connections++)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  const port = await listening(server as NetServer)
  return {
    port,
    seen,
    connections: () => connections,
    peak: () => peak,
    close: () => ended(server as NetServer, sockets),
  }
}

function serverOf(
  speaks: 'h1' | 'h2' | 'both',
  tls: EndpointOptions['tls'],
  listener: RequestListener,
): Server | HttpsServer | Http2Server | Http2SecureServer {
  const h2 = listener as never
  if (tls === undefined) return speaks === 'h2' ? createH2c(h2) : createServer(listener)
  return speaks === 'h1'
    ? createHttps(tls, listener)
    : createSecureServer({ ...tls, allowHTTP1: speaks === 'both' }, h2)
}

export interface TestProxy {
  port: number
  /** What it was asked for: `CONNECT host:port`, or `POST http://…`. */
  asked: string[]
  /** Its own credentials, as they came. */
  authorizations: (string | undefined)[]
  close(): Promise<void>
}

/** A proxy of its own: tunnels and forwards, by port alone, so that any name leads to this machine. */
export async function startProxy({ password }: { password?: string } = {}): Promise<TestProxy> {
  const asked: string[] = []
  const authorizations: (string | undefined)[] = []
  const isRefused = (headers: IncomingMessage['headers'], what: string): boolean => {
    asked.push(what)
    authorizations.push(headers['proxy-authorization'])
    const wanted = password === undefined ? undefined : `Basic ${Buffer.from(password).toString('base64')}`
    return wanted !== undefined && headers['proxy-authorization'] !== wanted
  }
  const server = createServer((incoming, outgoing) => {
    if (isRefused(incoming.headers, `${incoming.method} ${incoming.url}`)) {
      outgoing.writeHead(407).end()
      return
    }
    const { port, pathname, search } = new URL(incoming.url!)
    const { 'proxy-authorization': _own, ...headers } = incoming.headers
    const onward = request(
      { host: '127.0.0.1', port, method: incoming.method, path: pathname + search, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    if (isRefused(incoming.headers, `CONNECT ${incoming.url}`)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const onward = connect(Number(incoming.url!.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    sockets.add(onward)
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  const port = await listening(server)
  return { port, asked, authorizations, close: () => ended(server, sockets) }
}

export async function listening(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function ended(server: NetServer, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
}
