/** A hand-written endpoint that knows for itself how many requests were in flight at once, and how many it got. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Endpoint {
  url: string
  requests: number
  inFlight: number
  maxInFlight: number
  /** Resolves at the n-th request. */
  request(n: number): Promise<void>
  close(): Promise<void>
}

/** @param answer milliseconds to an answer, or an HTTP status to refuse with */
export async function startEndpoint(
  answer: { afterMs: number } | { status: number; message: string },
): Promise<Endpoint> {
  const waiting: { n: number; resolve: () => void }[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    endpoint.requests++
    endpoint.inFlight++
    endpoint.maxInFlight = Math.max(endpoint.maxInFlight, endpoint.inFlight)
    response.once('close', () => endpoint.inFlight--)
    for (const { n, resolve } of waiting) if (endpoint.requests >= n) resolve()
    request.resume()
    if ('status' in answer) {
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: answer.message, type: 'server_error' } }))
      return
    }
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunk = (choice: object): string =>
        `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }] })}\n\n`
      response.write(chunk({ delta: { role: 'assistant', content: '' }, finish_reason: null }))
      response.write(chunk({ delta: { content: 'Hello' }, finish_reason: null }))
      response.write(chunk({ delta: { content: ' there' }, finish_reason: null }))
      response.write(chunk({ delta: {}, finish_reason: 'stop' }))
      response.write(
        `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } })}\n\n`,
      )
      response.end('data: [DONE]\n\n')
    }, answer.afterMs)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint: Endpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`,
    requests: 0,
    inFlight: 0,
    maxInFlight: 0,
    request: (n) =>
      endpoint.requests >= n ? Promise.resolve() : new Promise((resolve) => waiting.push({ n, resolve })),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return endpoint
}
