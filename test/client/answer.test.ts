import { createBrotliCompress, createDeflate, createGzip, createZstdCompress, type Gzip, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { findApi } from '../../src/apis/index.ts'
import { Answer } from '../../src/client/answer.ts'

const api = findApi('openai')

/** Feeds an answer its reads, each at its time, and ends it. */
function read(
  reads: [at: number, text: string][],
  { status = 200, type = 'text/event-stream', streamed = true } = {},
): Answer {
  const answer = new Answer(api)
  answer.reset()
  answer.onHeaders(status, { 'content-type': type }, streamed, reads[0]?.[0] ?? 0)
  for (const [at, text] of reads) answer.onBytes(Buffer.from(text), at)
  answer.onEnd()
  return answer
}

const chunk = (delta: unknown, finish: string | null = null, more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`
const usage = `data: ${JSON.stringify({ id: 'c1', choices: [], usage: { prompt_tokens: 9, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 1 } } })}\n\n`
const done = 'data: [DONE]\n\n'

describe('an answer', () => {
  it('does not take a role-only chunk for the first token', () => {
    const answer = read([
      [10, chunk({ role: 'assistant', content: '' })],
      [30, chunk({ content: 'a' })],
      [45, chunk({ content: 'b' })],
      [50, chunk({}, 'stop')],
      [60, usage],
      [90, done],
    ])
    expect(answer.failure).toBeUndefined()
    expect([answer.firstChunkAt, answer.firstTokenAt, answer.lastTokenAt, answer.lastChunkAt, answer.endedAt]).toEqual([
      10, 30, 45, 50, 60,
    ])
    expect([answer.packages, answer.outputEvents]).toEqual([4, 2])
    expect(Array.from(answer.gaps.subarray(0, answer.gapCount))).toEqual([15])
    expect(answer.usage).toEqual({ inputTokens: 9, outputTokens: 3, cachedTokens: 4, reasoningTokens: 1 })
    expect(Buffer.from(answer.text).toString()).toBe('ab')
  })

  it.each([
    ['reasoning_content', { reasoning_content: 'hm' }],
    ['reasoning', { reasoning: 'hm' }],
    ['refusal', { refusal: 'no' }],
    ['tool_calls', { tool_calls: [{ index: 0, function: { name: 'f', arguments: '' } }] }],
  ])('counts %s as generated output', (_, delta) => {
    const answer = read([
      [10, chunk({ role: 'assistant' })],
      [20, chunk(delta)],
      [30, chunk({}, 'stop') + done],
    ])
    expect(answer.firstTokenAt).toBe(20)
  })

  it('dates an event that is alone in its read to when the loop learned of it, and those of a shared read to the read', () => {
    const answer = new Answer(api)
    answer.reset()
    answer.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 5)
    const reads: [at: number, arrivedAt: number, text: string][] = [
      // The head came with it, perhaps long before.
      [5, 3, chunk({ role: 'assistant', content: '' })],
      [30, 20, chunk({ content: 'a' })],
      [50, 40, chunk({ content: 'b' })],
      [70, 60, chunk({ content: 'c' }) + chunk({ content: 'd' })],
      [90, 80, chunk({}, 'stop') + done],
    ]
    for (const [at, arrivedAt, text] of reads) answer.onBytes(Buffer.from(text), at, arrivedAt)
    answer.onEnd()
    expect([answer.firstChunkAt, answer.firstTokenAt, answer.lastTokenAt, answer.lastChunkAt, answer.endedAt]).toEqual([
      5, 20, 70, 80, 80,
    ])
    expect(Array.from(answer.gaps.subarray(0, answer.gapCount))).toEqual([20, 30, 0])
  })

  it('dates both events of a first read to the read', () => {
    const answer = new Answer(api)
    answer.reset()
    answer.onHeaders(200, {}, true, 5)
    answer.onBytes(Buffer.from(chunk({ role: 'assistant' })), 30, 20)
    answer.onBytes(Buffer.from(chunk({ content: 'a' })), 30, 20)
    answer.onBytes(Buffer.from(chunk({}, 'stop')), 40, 39)
    expect([answer.firstChunkAt, answer.firstTokenAt, answer.lastTokenAt, answer.gapCount]).toEqual([30, 30, 30, 0])
    expect(answer.endedAt).toBe(39)
  })

  it('gives events of one read one stamp, so their gaps are 0', () => {
    const answer = read([
      [5, chunk({ content: 'a' }) + chunk({ content: 'b' })],
      [8, chunk({ content: 'c' }) + chunk({}, 'stop') + done],
    ])
    expect(Array.from(answer.gaps.subarray(0, answer.gapCount))).toEqual([0, 3])
  })

  it('an answer that ends properly without output is a failure with the words of the server, unless that is allowed', () => {
    const empty = chunk({ role: 'assistant' }) + chunk({}, 'stop') + done
    const answer = read([[5, empty]])
    expect(answer.failure).toBe('no-output')
    expect(answer.failureText).toContain(
      'the answer has no output and ended with finish_reason "stop": data: {"id":"c1"',
    )
    const allowed = new Answer(api, { allowEmpty: true })
    allowed.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 1)
    allowed.onBytes(Buffer.from(empty), 5)
    allowed.onEnd()
    expect([allowed.failure, allowed.firstTokenAt]).toEqual([undefined, Number.NaN])
  })

  it.each([
    ['stream-truncated', [[1, chunk({ content: 'a' })]]],
    ['bad-json', [[1, `${chunk({ content: 'a' })}data: {"choices":[\n\n${chunk({}, 'stop')}${done}`]]],
    ['server-error-event', [[1, `${chunk({ content: 'a' })}data: {"error":{"message":"out of memory"}}\n\n${done}`]]],
    ['no-output', [[1, done]]],
    ['bad-sse', [[1, '<html>It works!</html>']]],
  ] as [string, [number, string][]][])('%s is a failure of its own', (cause, reads) => {
    expect(read(reads).failure).toBe(cause)
  })

  it('keeps what the server said with an error status, and tells the statuses apart', () => {
    const answer = read([[3, '{"error":{"message":"slow down"}}']], { status: 429, type: 'application/json' })
    expect(answer.failure).toBe('http-429')
    expect(answer.failureText).toContain('slow down')
    expect(read([[3, 'no']], { status: 404 }).failure).toBe('http-4xx')
    expect(read([[3, 'no']], { status: 503 }).failure).toBe('http-5xx')
  })

  it('a whole answer has its first token when its last byte arrived', () => {
    const body = JSON.stringify({
      id: 'c2',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 2, completion_tokens: 1 },
    })
    const answer = read(
      [
        [4, body.slice(0, 20)],
        [9, body.slice(20)],
      ],
      { type: 'application/json; charset=utf-8', streamed: false },
    )
    expect(answer.failure).toBeUndefined()
    expect([answer.firstChunkAt, answer.firstTokenAt, answer.endedAt]).toEqual([9, 9, 9])
    expect(answer.requestId).toBe('c2')
    expect(Buffer.from(answer.text).toString()).toBe('hello')
  })

  it('starts each request with a clean slate', () => {
    const answer = read([[5, chunk({ content: 'a' })]])
    expect(answer.failure).toBe('stream-truncated')
    answer.reset()
    answer.onHeaders(200, {}, true, 1)
    answer.onBytes(Buffer.from(chunk({ content: 'x' }) + chunk({}, 'stop') + done), 2)
    answer.onEnd()
    expect(answer.failure).toBeUndefined()
    expect([answer.packages, answer.outputEvents, Buffer.from(answer.text).toString()]).toEqual([2, 1, 'x'])
  })

  it('is what its status says, with the time to wait, also when the rest never came', () => {
    const answer = new Answer(api)
    answer.onHeaders(429, { 'retry-after': '7' }, true, 1)
    answer.onBytes(Buffer.from('slow'), 2)
    answer.onEnd()
    expect([answer.failure, answer.failureText]).toEqual(['http-429', 'HTTP 429 (retry-after: 7) slow'])
  })

  it.each([
    [true, 'text/event-stream', 'bad-sse', 'an event of the stream is larger than max-event-bytes (1000)'],
    [false, 'application/json', 'bad-json', 'the answer is larger than max-event-bytes (1000)'],
  ])('is given up once it is larger than allowed (streamed: %s)', (streamed, type, cause, words) => {
    let hopeless = 0
    const answer = new Answer(api, { maxEventBytes: 1000, onHopeless: () => hopeless++ })
    answer.onHeaders(200, { 'content-type': type }, streamed, 1)
    for (let at = 2; hopeless === 0 && at < 100; at++) answer.onBytes(Buffer.alloc(300, 'data: x'), at)
    expect([hopeless, answer.failure, answer.failureText]).toEqual([1, cause, words])
  })

  it('of many small events may be far larger than one event', () => {
    const answer = new Answer(api, { maxEventBytes: 1000, onHopeless: () => expect.unreachable('given up') })
    answer.onHeaders(200, {}, true, 1)
    for (let at = 2; at < 200; at++) answer.onBytes(Buffer.from(chunk({ content: 'a' })), at)
    answer.onBytes(Buffer.from(chunk({}, 'stop') + done), 200)
    answer.onEnd()
    expect([answer.failure, answer.outputEvents]).toEqual([undefined, 198])
  })

  it.each(['gzip', 'br', 'deflate', 'zstd'])('in %s has the stamps of the reads that brought it', async (encoding) => {
    const encoder = { gzip: createGzip, br: createBrotliCompress, deflate: createDeflate, zstd: createZstdCompress }[
      encoding
    ]!() as Gzip
    const reads: Buffer[] = []
    for (const text of [chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({}, 'stop') + done]) {
      const from: Buffer[] = []
      encoder.on('data', (bytes: Buffer) => from.push(bytes))
      encoder.write(text)
      await new Promise<void>((resolve) => encoder.flush(resolve))
      encoder.removeAllListeners('data')
      reads.push(Buffer.concat(from))
    }
    const answer = new Answer(api)
    answer.onHeaders(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding }, true, 5)
    reads.forEach((bytes, i) => void answer.onBytes(bytes, 10 * (i + 1)))
    await answer.drained()
    answer.onEnd()
    expect(answer.failureText).toBe('')
    expect([answer.firstTokenAt, answer.lastTokenAt, answer.endedAt]).toEqual([10, 20, 30])
    expect(Buffer.from(answer.text).toString()).toBe('ab')
  })

  it('that is compressed and cut off is truncated', async () => {
    const answer = new Answer(api)
    answer.onHeaders(200, { 'content-encoding': 'gzip' }, true, 5)
    answer.onBytes(gzipSync(chunk({ content: 'a' })).subarray(0, -9), 6)
    await answer.drained()
    answer.onEnd()
    expect(answer.failure).toBe('stream-truncated')
  })
})
