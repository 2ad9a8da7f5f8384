import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { buildTarget, readTruth, startTarget, type Target, type TargetOptions } from '../../bench/target/index.ts'

const BODY = '{"model":"m","stream":true,"messages":[{"role":"user","content":"hello"}]}'
const REQUEST = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`
const END = '0\r\n\r\n'

let target: Target | undefined
let socket: Socket | undefined

afterEach(async () => {
  socket?.destroy()
  await target?.close()
})

async function start(options: Omit<TargetOptions, 'seconds'>): Promise<Socket> {
  target = await startTarget({ seconds: 30, ...options })
  const port = Number(new URL(target.url).port)
  const opened = connect({ port, host: '127.0.0.1', noDelay: true })
  socket = opened
  await new Promise((resolve, reject) => opened.once('connect', resolve).once('error', reject))
  return opened
}

/** Reads until as many answers have ended; resolves with all that came. */
function answers(from: Socket, count: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let tail = ''
    let ended = 0
    const chunks: string[] = []
    const onData = (bytes: Buffer): void => {
      const text = bytes.toString('latin1')
      chunks.push(text)
      ended += (tail + text).split(END).length - 1
      tail = (tail + text).slice(1 - END.length)
      if (ended < count) return
      from.off('data', onData)
      resolve(chunks.join(''))
    }
    from.on('data', onData)
    from.once('close', () => reject(new Error(`closed after ${ended} of ${count} answers`)))
  })
}

interface StreamEvent {
  id: string
  choices: { delta: { role?: string; content?: string }; finish_reason: string | null }[]
  usage?: { completion_tokens: number }
}

/** Takes the HTTP chunks apart by their sizes, and the events from them. */
function events(answer: string): (StreamEvent | '[DONE]')[] {
  let body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
  let text = ''
  for (;;) {
    const size = Number.parseInt(body, 16)
    if (size === 0) break
    const start = body.indexOf('\r\n') + 2
    text += body.slice(start, start + size)
    expect(body.slice(start + size, start + size + 2)).toBe('\r\n')
    body = body.slice(start + size + 2)
  }
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => (event === 'data: [DONE]' ? '[DONE]' : (JSON.parse(event.replace(/^data: /, '')) as StreamEvent)))
}

function contents(answer: string): string[] {
  return events(answer).flatMap((event) => (event === '[DONE]' ? [] : (event.choices[0]?.delta.content ?? [])))
}

const built = buildTarget()

describe.skipIf(built.path === undefined)('the native load target', () => {
  it('answers with its tokens, the usage and [DONE], well framed', async () => {
    const client = await start({ tokens: 3 })
    client.write(REQUEST)
    const all = events(await answers(client, 1))
    expect(all).toHaveLength(5)
    expect(all.slice(0, 3).map((event) => (event as StreamEvent).choices[0]?.delta.content)).toEqual([
      ' token0',
      ' token1',
      ' token2',
    ])
    expect(all.slice(0, 3).map((event) => (event as StreamEvent).choices[0]?.finish_reason)).toEqual([
      null,
      null,
      'length',
    ])
    expect(all[3]).toMatchObject({ choices: [], usage: { completion_tokens: 3 } })
    expect(all[4]).toBe('[DONE]')
  })

  it('reads a request that comes byte by byte, and several that come at once', async () => {
    const client = await start({ tokens: 2 })
    for (const byte of REQUEST) {
      client.write(byte)
      await new Promise(setImmediate)
    }
    await answers(client, 1)
    client.write(REQUEST.repeat(3) + REQUEST.slice(0, 30))
    await answers(client, 3)
    client.write(REQUEST.slice(30))
    await answers(client, 1)
    expect((await target!.close())!.requests).toBe(5)
  })

  it('answers pipelined requests one after another when it is paced', async () => {
    const client = await start({ tokens: 2, gapUs: 2000 })
    client.write(REQUEST.repeat(2))
    const [first, second] = (await answers(client, 2)).split(END)
    expect(Math.max(...contents(first! + END).map(Number))).toBeLessThan(
      Math.min(...contents(second! + END).map(Number)),
    )
  })

  it('loses nothing when the client reads slower than it writes', async () => {
    const tokens = 20_000
    const client = await start({ tokens })
    client.pause()
    client.write(REQUEST.repeat(3))
    const reading = answers(client, 3)
    client.resume()
    for (const answer of (await reading).split(END).slice(0, 3)) expect(contents(answer + END)).toHaveLength(tokens)
    expect((await target!.close())!.partialWrites).toBeGreaterThan(0)
  })

  it('stamps each paced event with the moment of its writing, on the clock of process.hrtime', async () => {
    const client = await start({ tokens: 5, gapUs: 3000, ttftUs: 4000 })
    const before = process.hrtime.bigint() / 1000n
    client.write(REQUEST)
    const stamps = contents(await answers(client, 1)).map(BigInt)
    const after = process.hrtime.bigint() / 1000n
    expect(stamps).toHaveLength(5)
    expect([before, ...stamps, after]).toEqual([before, ...stamps, after].toSorted((a, b) => Number(a - b)))
    // Never early: the schedule is a lower bound, whatever the machine is busy with.
    stamps.forEach((stamp, i) => {
      expect(Number(stamp - before)).toBeGreaterThanOrEqual(4000 + i * 3000)
    })
  })

  it('sends a role-only event ahead of the first token when asked to', async () => {
    const client = await start({ tokens: 2, gapUs: 1000, ttftUs: 20_000, roleChunk: true })
    client.write(REQUEST)
    const [role, token] = events(await answers(client, 1)) as StreamEvent[]
    expect(role!.choices[0]!.delta).toEqual({ role: 'assistant', content: '' })
    expect(token!.choices[0]!.delta.content).toMatch(/^ \d{16}$/)
  })

  it('stands still for the stall, and is that much later afterwards', async () => {
    const client = await start({ tokens: 4, gapUs: 20_000, stall: { atMs: 30, forMs: 200 } })
    const before = Number(process.hrtime.bigint() / 1000n)
    client.write(REQUEST)
    const stamps = contents(await answers(client, 1)).map(Number)
    expect(stamps).toHaveLength(4)
    expect(stamps[3]! - before).toBeGreaterThanOrEqual(3 * 20_000 + 200_000)
  })

  it('writes down what it did', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-truth-test-'))
    try {
      const file = join(folder, 'truth.jsonl')
      const client = await start({ tokens: 3, gapUs: 2000, ttftUs: 5000, truthFile: file })
      client.write(REQUEST)
      const first = await answers(client, 1)
      client.write(REQUEST)
      const second = await answers(client, 1)
      expect(await target!.close()).toMatchObject({ requests: 2, tokens: 6 })
      const truth = readTruth(file)
      expect(truth.map(({ id }) => id)).toEqual([first, second].map((answer) => (events(answer)[0] as StreamEvent).id))
      truth.forEach(({ receivedUs, firstWriteUs, lastWriteUs }, i) => {
        const stamps = contents([first, second][i]!).map(Number)
        expect([firstWriteUs, lastWriteUs]).toEqual([stamps[0], stamps[2]])
        expect(firstWriteUs - receivedUs).toBeGreaterThanOrEqual(5000)
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses what is no POST, and ends by itself when its time is over', async () => {
    const client = await start({ tokens: 1, seconds: 1 } as TargetOptions)
    client.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
    const answer = await new Promise<string>((resolve) =>
      client.once('data', (bytes: Buffer) => resolve(bytes.toString())),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 405 /)
    await new Promise((resolve) => client.once('close', resolve))
    expect((await target!.close())!.requests).toBe(0)
  })
})

describe('without a C compiler', () => {
  const { TMPDIR, CC } = process.env
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-no-compiler-'))

  afterEach(() => {
    process.env.TMPDIR = TMPDIR
    process.env.CC = CC
    if (TMPDIR === undefined) delete process.env.TMPDIR
    if (CC === undefined) delete process.env.CC
    rmSync(folder, { recursive: true, force: true })
  })

  it('the embedded server stands in, and says why', async () => {
    Object.assign(process.env, { TMPDIR: folder, CC: join(folder, 'no-such-compiler') })
    const client = await start({ tokens: 3 })
    expect(target!.fallbackReason).toMatch(/no C compiler found|needs Linux/)
    client.write(REQUEST)
    const all = events(await answers(client, 1)) as StreamEvent[]
    expect(all.filter((event) => event.choices?.[0]?.delta.content)).toHaveLength(3)
    await expect(startTarget({ tokens: 1, seconds: 1, truthFile: join(folder, 'truth') })).rejects.toThrow(
      'needs the native load target',
    )
  })
})
