/** The embedded server behind a gate that refuses every k-th request with words of our choice. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startServer } from '../../fixtures/index.ts'

export interface FlakyServer {
  url: string
  close(): Promise<void>
}

/** @param words body of each refusal, sent with status 503; default: every 20th request */
export async function flakyServer(
  words: string,
  every = 20,
  options: Record<string, unknown> = {},
): Promise<FlakyServer> {
  const server = await startServer(options)
  const upstream = new URL(server.url)
  let seen = 0
  const gate = createServer((incoming, outgoing) => {
    if (++seen % every === 0) {
      incoming.resume()
      outgoing.writeHead(503, { 'content-type': 'text/plain' }).end(words)
      return
    }
    const { method, url, headers } = incoming
    const passed = request({ host: upstream.hostname, port: upstream.port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  const { port } = gate.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1/chat/completions`,
    async close() {
      gate.closeAllConnections()
      await new Promise((resolve) => gate.close(resolve))
      await server.close()
    },
  }
}
