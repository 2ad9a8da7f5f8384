/** Plays the answers of a case from a raw socket, byte for byte, and keeps when it really wrote what. */
import { STATUS_CODES } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  constants,
  createBrotliCompress,
  createDeflate,
  createDeflateRaw,
  createGzip,
  createZstdCompress,
} from 'node:zlib'
import type { WireAnswer } from './case.ts'

/** A write of the plan, and when it was really made: milliseconds after the request had come. */
export interface Written {
  due: number
  at: number
}

export interface Received {
  path: string
  body: string
  writes: Written[]
}

interface Play {
  writes: { due: number; bytes: Buffer }[]
  endDue: number
  end: WireAnswer['end']
  last: string
  closes: boolean
}

export interface WireServer {
  port: number
  requests: readonly Received[]
  close(): void
}

export async function startWireServer(answers: readonly WireAnswer[]): Promise<WireServer> {
  const plays = await Promise.all(answers.map(planOf))
  const requests: Received[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    let kept = Buffer.alloc(0)
    let playing = Promise.resolve()
    socket.on('data', (data) => {
      kept = Buffer.concat([kept, data])
      for (;;) {
        const headEnd = kept.indexOf('\r\n\r\n')
        if (headEnd < 0) return
        const head = kept.toString('latin1', 0, headEnd)
        const bodyEnd = headEnd + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
        if (kept.length < bodyEnd) return
        const arrivedAt = performance.now()
        const request: Received = {
          path: head.split(' ')[1]!,
          body: kept.toString('utf8', headEnd + 4, bodyEnd),
          writes: [],
        }
        kept = kept.subarray(bodyEnd)
        const play = plays[requests.length % plays.length]!
        requests.push(request)
        playing = playing.then(() => perform(socket, play, arrivedAt, request.writes))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function perform(socket: Socket, play: Play, arrivedAt: number, writes: Written[]): Promise<void> {
  for (const { due, bytes } of play.writes) {
    await until(arrivedAt + due)
    if (socket.destroyed) return
    writes.push({ due, at: performance.now() - arrivedAt })
    if (bytes.length > 0) socket.write(bytes)
  }
  await until(arrivedAt + play.endDue)
  if (play.end === 'open' || socket.destroyed) return
  if (play.end === 'reset') {
    socket.resetAndDestroy()
    return
  }
  if (play.last !== '') socket.write(play.last)
  if (play.end === 'close' || play.closes) socket.end()
}

async function until(moment: number): Promise<void> {
  for (let left = moment - performance.now(); left > 0; left = moment - performance.now()) await sleep(left)
}

async function planOf(answer: WireAnswer): Promise<Play> {
  const pieces = await encoded(
    answer.writes.map(({ text, base64 = '' }) =>
      text === undefined ? Buffer.from(base64, 'base64') : Buffer.from(text),
    ),
    answer.encoding,
  )
  const headers = new Map<string, string | null>([['content-type', 'text/event-stream']])
  if (answer.encoding !== 'none')
    headers.set('content-encoding', answer.encoding === 'deflate-raw' ? 'deflate' : answer.encoding)
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name.toLowerCase(), value)
  const { framing, end, status, writes } = answer
  if (framing === 'chunked') headers.set('transfer-encoding', 'chunked')
  else if (framing === 'length')
    headers.set('content-length', String(pieces.reduce((sum, { length }) => sum + length, 0)))
  else headers.set('connection', 'close')
  const lines = [...headers].flatMap(([name, value]) => (value === null ? [] : `${name}: ${value}`))
  const head = Buffer.from(
    [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Status'}`, ...lines, '', ''].join('\r\n'),
    'latin1',
  )
  let due = answer.headAfterMs
  const plan: Play['writes'] = [{ due, bytes: head }]
  for (const [i, { afterMs }] of writes.entries()) {
    due += afterMs
    plan.push({ due, bytes: framing === 'chunked' ? chunk(pieces[i]!) : pieces[i]! })
  }
  return {
    writes: plan,
    endDue: due + answer.endAfterMs,
    end,
    last: framing === 'chunked' && end === 'end' ? '0\r\n\r\n' : '',
    closes: framing === 'close',
  }
}

function chunk(piece: Buffer): Buffer {
  if (piece.length === 0) return piece
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
}

/** Each write flushed, so that it can be decoded as soon as its bytes are there; what ends the body with the last. */
async function encoded(pieces: Buffer[], encoding: WireAnswer['encoding']): Promise<Buffer[]> {
  if (encoding === 'none' || pieces.length === 0) return pieces
  const encoder = {
    gzip: createGzip,
    deflate: createDeflate,
    'deflate-raw': createDeflateRaw,
    br: createBrotliCompress,
    zstd: createZstdCompress,
  }[encoding]()
  const flag =
    encoding === 'br'
      ? constants.BROTLI_OPERATION_FLUSH
      : encoding === 'zstd'
        ? constants.ZSTD_e_flush
        : constants.Z_SYNC_FLUSH
  const out: Buffer[] = []
  for (const piece of pieces) {
    await new Promise<void>((resolve) => encoder.write(piece, () => encoder.flush(flag, resolve)))
    out.push((encoder.read() as Buffer | null) ?? Buffer.alloc(0))
  }
  encoder.end()
  out.push(Buffer.concat([out.pop()!, await buffer(encoder)]))
  return out
}
