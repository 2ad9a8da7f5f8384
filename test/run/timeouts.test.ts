/** Each timeout against a server that stops answering at that very point. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Outcome, runPerfBenchmark } from '../../src/run/index.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const token = chunk('data: {"choices":[{"delta":{"content":"a"}}]}\n\n')

/** Answers a request by what `answer` writes, and then says nothing more. */
async function serverThat(answer: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', () => answer(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function run(port: number, timeouts: object): Promise<Outcome> {
  return runPerfBenchmark({
    url: `http://127.0.0.1:${port}`,
    model: 'm',
    prompt: 'hi',
    number: 1,
    noTestConnection: true,
    outputsDir: mkdtempSync(join(tmpdir(), 'perfgate-')),
    ...timeouts,
  })
}

function failures({ result }: Outcome): Record<string, number> {
  expect(result.summary.failedRequests).toBe(1)
  return result.errors
}

describe('a timeout', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['never answers', () => {}],
    ['falls silent after its headers', (socket) => socket.write(HEAD)],
    ['falls silent in the middle of the stream', (socket) => socket.write(HEAD + token)],
  ])('of reading ends a request whose server %s', async (_, answer) => {
    expect(failures(await run(await serverThat(answer), { readTimeout: 0.3 }))).toEqual({ 'read-timeout': 1 })
  })

  it('of reading leaves a slow but steady stream alone, which only the total timeout ends', async () => {
    const port = await serverThat((socket) => {
      socket.write(HEAD)
      const timer = setInterval(() => socket.write(token), 50)
      socket.on('close', () => clearInterval(timer))
    })
    expect(failures(await run(port, { readTimeout: 30, totalTimeout: 0.5 }))).toEqual({ 'total-timeout': 1 })
  })

  it('of connecting ends a request to a host that drops what knocks', async () => {
    expect(failures(await run(await portOfFullQueue(), { connectTimeout: 0.3, preconnect: false }))).toEqual({
      'connect-timeout': 1,
    })
  })
})

/** A process that listens but is frozen, with its queue of connections full: the kernel drops further ones. */
async function portOfFullQueue(): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      '-e',
      'const s = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(s.address().port))',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  closers.push(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  const port = Number(line.toString())
  child.kill('SIGSTOP')
  for (let i = 0; i < 8; i++) {
    const filler = connect(port, '127.0.0.1')
    filler.on('error', () => {})
    closers.push(() => filler.destroy())
  }
  // The first ones are taken into the queue; when one is not within this time, the queue is full.
  await new Promise((resolve) => setTimeout(resolve, 200))
  return port
}
