/** An OpenAI-compatible gateway: checks the caller's key, names the model, and passes the upstream's answer on as it comes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

const upstream = process.env.UPSTREAM_URL
const keys = new Set((process.env.GATEWAY_KEYS ?? 'team-a').split(','))
/** What callers ask for, and what the upstream calls it. */
const models: Record<string, string> = { fast: 'qwen2.5', good: 'qwen2.5-72b' }

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message, type: 'gateway_error' } }))
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const key = request.headers.authorization?.replace(/^Bearer /, '')
  if (key === undefined || !keys.has(key)) return refuse(response, 401, 'unknown key')
  const body = await bodyOf(request)
  const model = models[String(body.model)]
  if (model === undefined) return refuse(response, 404, `no model "${body.model}"`)

  // A caller that hangs up ends the work upstream, too.
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const answer = await fetch(`${upstream}${request.url}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, model }),
    signal: gone.signal,
  })
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
  if (answer.body === null) return void response.end()
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response)
}

createServer((request, response) => {
  if (request.url === '/health') return void response.end('ok')
  forward(request, response).catch((error: unknown) => {
    if (response.headersSent) response.destroy()
    else refuse(response, 502, error instanceof Error ? error.message : String(error))
  })
}).listen(Number(process.env.PORT ?? 8001), '127.0.0.1')
