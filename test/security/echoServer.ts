/** A server that sends back whatever it was sent: in tokens, headers, errors, and bodies that are no JSON. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface EchoServer {
  /** Of the endpoint, without a query. */
  url: string
  /** All that came in, as text: what must have been sent to be worth looking for. */
  received(): string
  /** Ways of answering that were used. */
  ways: Set<string>
  close(): Promise<void>
}

type Respond = (echo: string, response: ServerResponse) => void

const chunk = (fields: object): string => `data: ${JSON.stringify({ id: 'c', ...fields })}\n\n`
const choice = (delta: object, finish: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta, finish_reason: finish }] })

/** How much of a failing body is kept; the echo is put across that place. */
const CUT = 2048

const inHeader = (echo: string): string => echo.replace(/[^\x20-\x7e]/g, '').slice(0, 4000)

const WAYS: Record<string, Respond> = {
  /** Five characters at a time: no token holds a whole secret. */
  tokens(echo, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': inHeader(echo) })
    for (let at = 0; at < echo.length; at += 5) response.write(choice({ content: echo.slice(at, at + 5) }))
    response.write(choice({}, 'stop'))
    response.end(
      `${chunk({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14 } })}data: [DONE]\n\n`,
    )
  },
  ids(echo, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': inHeader(echo) })
    response.write(choice({ content: 'fine', reasoning_content: echo }))
    response.end(`data: ${JSON.stringify({ id: echo, choices: [{ index: 0, delta: {}, finish_reason: echo }] })}\n\n`)
  },
  'error body'(echo, response) {
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: `refused: ${echo}`, type: 'server_error', code: echo } }))
  },
  'error page'(echo, response) {
    response.writeHead(403, { 'content-type': 'text/html' })
    response.end(`<h1>403</h1><pre>${echo.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</pre>`)
  },
  /** The place where a failure's text is cut lies within the first secret. */
  'cut body'(echo, response) {
    response.writeHead(400)
    response.end(`${'.'.repeat(CUT - 24 - 'HTTP 400 '.length)}${echo.slice(echo.indexOf('PLANTED') - 4)}`)
  },
  'error event'(echo, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`data: ${JSON.stringify({ error: { message: echo } })}\n\n`)
  },
  /** JSON.parse quotes some characters around the mistake. */
  'bad JSON'(echo, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`data: {"choices":[{"delta":{"content":${echo.slice(echo.indexOf('PLANTED') - 2)}\n\n`)
  },
  'no choices'(echo, response) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ detail: echo }))
  },
}

/** @param refusing answers every request with HTTP 401 and the echo */
export async function startEcho({ refusing = false } = {}): Promise<EchoServer> {
  const ways = new Set<string>()
  let received = ''
  let count = 0
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const part of request) body += String(part)
    const echo = `${request.url} ${JSON.stringify(request.headers)} ${body}`
    received += `${echo}\n`
    if (request.method === 'GET') return void response.end(`# HELP x ${request.url}\nup 1\n`)
    if (refusing) {
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: `who is ${echo}?` } }))
      return
    }
    const [name, respond] = Object.entries(WAYS)[count++ % Object.keys(WAYS).length]!
    ways.add(name)
    respond(echo, response)
  }
  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`,
    received: () => received,
    ways,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const WAYS_OF_ANSWERING = Object.keys(WAYS)
