/** All connections of a thread read into the same memory: what one of them holds must not be changed by another's bytes. */

import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Answered, nextTurn, Wire, type WireConnection } from './wire.ts'

let wire: Wire

beforeEach(async () => {
  wire = new Wire()
  await wire.listen()
})
afterEach(() => wire.close())

/** Names differ from answer to answer, so that no byte of one can pass for a byte of the other. */
const head = (id: string, status = '200 OK', more = ''): string =>
  `HTTP/1.1 ${status}\r\nx-filler-${id}: ${id.repeat(40)}\r\nx-request-id: ${id.repeat(6)}\r\n${more}`

const event = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: content, choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`

function chunked(...parts: (string | Buffer)[]): Buffer {
  const chunks = parts.map((part) => {
    const bytes = Buffer.from(part as string)
    return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
  })
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')])
}

const CHUNKED = 'transfer-encoding: chunked\r\n'

function stream(id: string): Buffer {
  const words = Array.from({ length: 5 }, (_, i) => event(`${id}${i} `))
  return Buffer.concat([
    Buffer.from(`${head(id, '200 OK', CHUNKED)}content-type: text/event-stream\r\n\r\n`),
    chunked(...words, event(`${id}!`, 'stop'), 'data: [DONE]\n\n'),
  ])
}

/** Writes both answers in pieces of `size` bytes, by turns, each piece read before the next is written. */
async function byTurns(answers: readonly Buffer[], size: number): Promise<void> {
  const longest = Math.max(...answers.map(({ length }) => length))
  for (let at = 0; at < longest; at += size) {
    for (const [i, answer] of answers.entries()) {
      if (at < answer.length) wire.peers[i]!.write(answer.subarray(at, at + size))
    }
    // Written, there, and read.
    for (let turn = 0; turn < 3; turn++) await nextTurn()
  }
}

async function both(connections: WireConnection[], answers: readonly Buffer[], size: number): Promise<Answered[]> {
  const sent = connections.map((connection) => connection.send())
  await nextTurn()
  await byTurns(answers, size)
  return Promise.all(sent)
}

it.each([1, 7, 64, 300, 1_000_000])(
  'keeps two streams apart that come in pieces of %i bytes by turns',
  async (size) => {
    const connections = [await wire.connect(), await wire.connect()]
    // The second answers are read with what was learned from the first.
    for (const [a, b] of [
      ['a', 'b'],
      ['c', 'd'],
    ] as const) {
      const answered = await both(connections, [stream(a), stream(b)], size)
      for (const [i, id] of [a, b].entries())
        expect(answered[i]).toMatchObject({
          cause: undefined,
          status: 200,
          text: `${id}0 ${id}1 ${id}2 ${id}3 ${id}4 ${id}!`,
          requestId: id.repeat(6),
        })
    }
  },
)

it.each([1, 13, 200])('keeps announcements and heads of failures apart in pieces of %i bytes', async (size) => {
  const connections = [await wire.connect(), await wire.connect()]
  const refused = (id: string): Buffer => {
    const body = JSON.stringify({ error: { message: id.repeat(30) } })
    const early = `HTTP/1.1 103 Early Hints\r\nlink: <${id}>\r\n\r\n`
    return Buffer.from(
      `HTTP/1.1 100 Continue\r\n\r\n${early}${head(id, '429 Slow Down')}content-length: ${body.length}\r\n\r\n${body}`,
    )
  }
  const answered = await both(connections, [refused('a'), refused('b')], size)
  for (const [i, id] of ['a', 'b'].entries()) {
    expect(answered[i]).toMatchObject({ cause: 'http-429', status: 429 })
    expect(answered[i]!.failure).toContain(id.repeat(30))
  }
})

it.each([1, 50, 5000])('keeps whole answers apart, plain and encoded, in pieces of %i bytes', async (size) => {
  const connections = [await wire.connect(false), await wire.connect(false)]
  const whole = (id: string): string =>
    JSON.stringify({ choices: [{ message: { content: id.repeat(300) }, finish_reason: 'stop' }] })
  const plain = Buffer.from(`${head('a')}content-length: ${whole('a').length}\r\n\r\n${whole('a')}`)
  const zipped = gzipSync(whole('b'))
  const encoded = Buffer.concat([
    Buffer.from(`${head('b')}content-encoding: gzip\r\ncontent-length: ${zipped.length}\r\n\r\n`),
    zipped,
  ])
  const answered = await both(connections, [plain, encoded], size)
  expect(answered.map(({ text }) => text)).toEqual(['a'.repeat(300), 'b'.repeat(300)])
})

it('shows what the server said instead of a stream, though others were read since', async () => {
  const connections = [await wire.connect(), await wire.connect()]
  const none = `${head('a', '200 OK', CHUNKED)}content-type: text/event-stream\r\n\r\n`
  const answers = [Buffer.concat([Buffer.from(none), chunked('this is no stream', 'x'.repeat(500))]), stream('b')]
  // The body's beginning is a read of its own, and its end another.
  const [first, second] = await both(connections, answers, none.length)
  expect(first).toMatchObject({ cause: 'bad-sse' })
  expect(first!.failure).toContain('this is no stream')
  expect(second).toMatchObject({ cause: undefined, text: 'b0 b1 b2 b3 b4 b!' })
})

it('gives up a connection on which the server speaks before it was asked, and opens another', async () => {
  const connection = await wire.connect()
  wire.peers[0]!.write(stream('x'))
  while (!connection.connection.isLost) await nextTurn()
  const sent = connection.send()
  while (wire.peers.length < 2) await nextTurn()
  wire.peers[1]!.write(stream('y'))
  expect(await sent).toMatchObject({ cause: undefined, text: 'y0 y1 y2 y3 y4 y!', connected: true })
})
