/** Serves the route handler without Next.js, which needs a build: the same `Request` in, the same `Response` out. */
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { POST } from './app/api/chat/route.ts'

createServer(async (incoming, outgoing) => {
  if (incoming.url === '/health') return void outgoing.end('ok')
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const gone = new AbortController()
  outgoing.on('close', () => gone.abort())
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: 'POST',
    body: Buffer.concat(chunks),
    signal: gone.signal,
  })
  try {
    const response = await POST(request)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing)
  } catch (error) {
    if (!outgoing.headersSent) outgoing.writeHead(500)
    outgoing.end(String(error))
  }
}).listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
