/** An endpoint that attacks its client: what it answers, byte for byte. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/** Writes an answer, or begins one that never ends. */
export type Attack = (socket: Socket) => void

const head = (lines: readonly string[], status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n`
const CHUNKED = ['content-type: text/event-stream', 'transfer-encoding: chunked']
const chunk = (text: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${text.length.toString(16)}\r\n`), Buffer.from(text), Buffer.from('\r\n')])
const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const choice = (fields: object): unknown => ({ id: 'c', choices: [{ index: 0, delta: { content: 'x' }, ...fields }] })
const GOOD = `${event(choice({}))}${event(choice({ delta: {}, finish_reason: 'stop' }))}data: [DONE]\n\n`

/** The pieces again and again, as fast as they are read. */
function endless(socket: Socket, piece: string | Buffer): void {
  const bytes = Buffer.from(piece)
  const block = Buffer.concat(Array.from({ length: Math.ceil(65_536 / bytes.length) }, () => bytes))
  const more = (): void => {
    while (!socket.destroyed && socket.write(block));
  }
  socket.on('drain', more)
  more()
}

const whole =
  (lines: readonly string[], body: string | Buffer, status?: string): Attack =>
  (socket) => {
    socket.write(head([...lines, `content-length: ${body.length}`], status))
    socket.write(body)
  }
const stream =
  (text: string): Attack =>
  (socket) =>
    socket.write(Buffer.concat([Buffer.from(head(CHUNKED)), chunk(text), Buffer.from('0\r\n\r\n')]))
const endlessStream =
  (piece: string, first = '', status?: string): Attack =>
  (socket) => {
    socket.write(head(CHUNKED, status))
    if (first !== '') socket.write(chunk(first))
    endless(socket, chunk(piece))
  }

const BOMB = gzipSync(Buffer.alloc(512 << 20))
const BROTLI_BOMB = brotliCompressSync(Buffer.alloc(128 << 20))
const JSON_HEAD = ['content-type: application/json']
const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`

/** Each by what it is. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  'content-encoding: constructor': whole(['content-type: text/event-stream', 'content-encoding: constructor'], GOOD),
  'content-encoding: __proto__': whole(['content-type: text/event-stream', 'content-encoding: __proto__'], GOOD),
  'a header called constructor': whole(['content-type: text/event-stream', 'constructor: x', 'constructor: y'], GOOD),
  'a header called __proto__': whole(['content-type: text/event-stream', '__proto__: x', '__proto__: y'], GOOD),
  'finish reason __proto__': stream(`${event(choice({ finish_reason: '__proto__' }))}data: [DONE]\n\n`),
  'finish reason constructor': stream(`${event(choice({ finish_reason: 'constructor' }))}data: [DONE]\n\n`),
  'event type __proto__': stream(`event: __proto__\ndata: {"type":"constructor"}\n\n${GOOD}`),
  'keys of JSON called __proto__': stream(
    `data: {"__proto__":{"choices":[]},"choices":[{"index":0,"__proto__":{"x":1},"delta":{"content":"x","__proto__":{"polluted":true}}}],"usage":{"__proto__":{"polluted":1}}}\n\n${GOOD}`,
  ),
  '100,000 choices in one event': stream(
    `${event({ choices: Array.from({ length: 100_000 }, (_, index) => ({ index, delta: { content: 'x' } })) })}data: [DONE]\n\n`,
  ),
  '100,000 calls of tools in one event': stream(
    `${event(choice({ delta: { tool_calls: Array.from({ length: 100_000 }, (_, index) => ({ index, id: `i${index}`, function: { name: 'f', arguments: '{}' } })) } }))}${GOOD}`,
  ),
  'choices with senseless numbers': stream(
    `${event({ choices: [1e308, -1, 0.5, 2 ** 53, 'x', null].map((index) => ({ index, delta: { content: 'x' } })) })}${GOOD}`,
  ),
  'usage with senseless numbers': stream(
    `${event({ ...(choice({}) as object), usage: { prompt_tokens: -1, completion_tokens: 1e308, total_tokens: 'x' } })}${GOOD}`,
  ),
  'JSON 200,000 levels deep': stream(`data: ${deep}\n\n${GOOD}`),
  'a whole answer 200,000 levels deep': whole(JSON_HEAD, deep),
  'an error 200,000 levels deep': whole(JSON_HEAD, deep, '400 Bad Request'),
  'a body of 512 MiB as 0.5 MiB of gzip': whole([...JSON_HEAD, 'content-encoding: gzip'], BOMB),
  'the same with status 500': whole([...JSON_HEAD, 'content-encoding: gzip'], BOMB, '500 Oops'),
  'the same twice': whole([...JSON_HEAD, 'content-encoding: gzip, gzip'], gzipSync(BOMB)),
  'a body of 128 MiB as brotli': whole([...JSON_HEAD, 'content-encoding: br'], BROTLI_BOMB),
  'gzip that is none': whole([...JSON_HEAD, 'content-encoding: gzip'], 'no gzip', '500 Oops'),
  'an answer without end': (socket) => {
    socket.write(head(JSON_HEAD))
    endless(socket, 'x')
  },
  'status 500 without end': endlessStream('oops ', '', '500 Oops'),
  'a redirect without end': endlessStream('there ', '', '302 Found'),
  'one event without end': endlessStream('x'.repeat(64), 'data: '),
  'comments without end': endlessStream(': ping\n\n'),
  'events that say nothing without end': endlessStream('data: {}\n\n'),
  'tokens without end': endlessStream(event(choice({}))),
  'events after the end without end': endlessStream('data: {}\n\n', GOOD),
  '100 Continue without end': (socket) => endless(socket, 'HTTP/1.1 100 Continue\r\n\r\n'),
  '103 Early Hints without end': (socket) => endless(socket, 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'),
  'a header without end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx: ')
    endless(socket, 'x')
  },
  'headers without end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    endless(socket, 'a: b\r\n')
  },
  'a chunk extension without end': (socket) => {
    socket.write(`${head(CHUNKED)}5;x=`)
    endless(socket, 'x')
  },
  'trailers without end': (socket) => {
    socket.write(Buffer.concat([Buffer.from(head(CHUNKED)), chunk(GOOD), Buffer.from('0\r\n')]))
    endless(socket, 'a: b\r\n')
  },
  'a retry-after of ages': whole([...JSON_HEAD, 'retry-after: 99999999999999999999'], '{}', '429 Slow'),
  'a redirect to a script': whole(['location: javascript:alert(1)'], '', '301 Moved'),
  'a switch of protocols': (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  'a status that is none': (socket) => socket.write('HTTP/1.1 999 \r\ncontent-length: 0\r\n\r\n'),
  'no HTTP at all': (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
  'two answers at once': (socket) => {
    whole(['content-type: text/event-stream'], GOOD)(socket)
    whole(['content-type: text/event-stream'], GOOD)(socket)
  },
}

export interface HostileEndpoint {
  /** Without a path. */
  origin: string
  /** What is answered from now on. */
  attack: Attack
  close(): Promise<void>
}

export async function startHostile(): Promise<HostileEndpoint> {
  const sockets = new Set<Socket>()
  const endpoint = { origin: '', attack: ATTACKS['no HTTP at all']! } as HostileEndpoint
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let asked = ''
    socket.on('data', (bytes) => {
      asked += bytes.toString('latin1')
      const [, length = '0'] = /content-length: (\d+)/i.exec(asked) ?? []
      const end = asked.indexOf('\r\n\r\n')
      if (end < 0 || asked.length < end + 4 + Number(length)) return
      asked = ''
      endpoint.attack(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  endpoint.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  endpoint.close = async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  return endpoint
}
