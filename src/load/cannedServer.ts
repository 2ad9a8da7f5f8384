/** The smallest possible server: answers every POST at once with the same stream, so that what is measured is ourselves. */

import { createServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers'

/** Of a plain answer. */
export const CANNED_TOKENS = 32
/** Once there were so many, answers come in other ways too, so that the code for those is compiled as well. */
const PLAIN_ANSWERS = 200
/** One answer of so many comes event by event, as those of most servers do. */
const PIECEWISE = 8
/** And one of so many is long: what a connection has grows with it, a few events at a time. */
const LONG = 50
const LONG_TOKENS = 600
const LONG_PIECES = 30

export interface CannedServer {
  port: number
  close(): void
}

/** Listens on a free loopback port, on the calling thread. */
export function startCannedServer(): Promise<CannedServer> {
  const pieces = cannedAnswer(CANNED_TOKENS)
  const answer = Buffer.concat(pieces)
  const longAnswer = joined(cannedAnswer(LONG_TOKENS), LONG_PIECES)
  let answers = 0
  const server = createServer({ noDelay: true }, (socket) => {
    let pending = ''
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1')
      for (;;) {
        const head = pending.indexOf('\r\n\r\n')
        if (head < 0) return
        const length = Number(/content-length: (\d+)/i.exec(pending.slice(0, head))?.[1] ?? 0)
        if (pending.length < head + 4 + length) return
        pending = pending.slice(head + 4 + length)
        if (++answers <= PLAIN_ANSWERS) socket.write(answer)
        else if (answers % LONG === 0) writePieces(socket, longAnswer)
        else if (answers % PIECEWISE === 0) writePieces(socket, pieces)
        else socket.write(answer)
      }
    })
    socket.on('error', () => socket.destroy())
  })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      server.unref()
      resolve({ port: (server.address() as { port: number }).port, close: () => server.close() })
    })
  })
}

/** Each in a read of its own, where the other side keeps up. */
function writePieces(socket: Socket, [piece, ...rest]: readonly Buffer[]): void {
  if (piece === undefined || socket.destroyed) return
  socket.write(piece)
  setImmediate(writePieces, socket, rest)
}

function joined(pieces: readonly Buffer[], count: number): Buffer[] {
  const each = Math.ceil(pieces.length / count)
  return Array.from({ length: count }, (_, i) => Buffer.concat(pieces.slice(i * each, (i + 1) * each)))
}

/** @returns the head, then the events, then the end */
function cannedAnswer(tokens: number): Buffer[] {
  const event = (choices: unknown[], usage?: unknown): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-0', object: 'chat.completion.chunk', created: 0, model: 'canned', choices, ...(usage ? { usage } : {}) })}\n\n`
  const events = [event([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }])]
  for (let i = 0; i < tokens; i++)
    events.push(event([{ index: 0, delta: { content: ` token${i}` }, finish_reason: null }]))
  events.push(event([{ index: 0, delta: {}, finish_reason: 'stop' }]))
  events.push(event([], { prompt_tokens: 8, completion_tokens: tokens, total_tokens: tokens + 8 }))
  events.push('data: [DONE]\n\n')
  const chunks = events.map((text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
  return [
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
    ...chunks,
    '0\r\n\r\n',
  ].map((text) => Buffer.from(text))
}
