/** The reading of whole answers on broken streams and bodies: it never throws, and its short cuts change nothing. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { APIS, type Api, findApi } from '../../src/apis/index.ts'
import { Answer } from '../../src/client/answer.ts'
import { kindByBytes } from '../../src/client/body.ts'
import { inflaterOf } from '../../src/client/inflate.ts'
import { FAILURE_CAUSES } from '../../src/samples/index.ts'
import { byTheStandard, cutting, mutated, mutations, reads } from './eventStream.ts'
import { extent, TIMEOUT_MS } from './extent.ts'

interface Said {
  texts: string
  packages: number
  outputEvents: number
  finishReason: string
  requestId: string
  usage: unknown
  cause: string | undefined
}

function read(answer: Answer, pieces: readonly Buffer[]): Said {
  answer.reset()
  answer.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 0)
  pieces.forEach((piece, i) => void answer.onBytes(piece, i + 1))
  answer.onEnd()
  const { packages, outputEvents, finishReason, requestId, usage, failure: cause } = answer
  if (cause !== undefined) expect(FAILURE_CAUSES).toContain(cause)
  // Escapes may be spelled in more than one way.
  const texts = JSON.parse(`"${Buffer.from(answer.text).toString().replaceAll('\u001e', '\\u001e')}"`) as string
  return { texts, packages, outputEvents, finishReason, requestId, usage, cause }
}

/** The same by the standard's algorithm, JSON.parse and the API's own reading of every event. */
function plainly(api: Api, bytes: Buffer): Said {
  const answer = new Answer({ ...api, uniform: false })
  answer.reset()
  answer.onHeaders(200, {}, true, 0)
  // Each event by itself and in a form of its own, so that nothing can be learned from one for another.
  for (const { data, type } of byTheStandard(bytes)) answer.onEvent(data, type, undefined)
  answer.onEnd()
  const { packages, outputEvents, finishReason, requestId, usage, failure: cause } = answer
  const texts = JSON.parse(`"${Buffer.from(answer.text).toString().replaceAll('\u001e', '\\u001e')}"`) as string
  return { texts, packages, outputEvents, finishReason, requestId, usage, cause }
}

const chunk = (delta: unknown, finish: string | null, id: string): string =>
  `data: ${JSON.stringify({ id, object: 'chunk', created: 1, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

/** An answer as servers give it. */
const answerStream = fc
  .record({
    id: fc.constantFrom('a', 'b', 'chatcmpl-1'),
    texts: fc.array(
      fc.oneof(fc.constantFrom('a', ' b', '"', '\\', '\n', '你', '🙂', ''), fc.string({ maxLength: 5 })),
      {
        maxLength: 10,
      },
    ),
    usage: fc.nat(1000),
  })
  .map(({ id, texts, usage }) =>
    Buffer.from(
      [
        chunk({ role: 'assistant', content: '' }, null, id),
        ...texts.map((content) => chunk({ content }, null, id)),
        chunk({}, 'stop', id),
        `data: ${JSON.stringify({ id, choices: [], usage: { prompt_tokens: 3, completion_tokens: usage } })}\n\n`,
        'data: [DONE]\n\n',
      ].join(''),
    ),
  )

describe('an answer', { timeout: TIMEOUT_MS }, () => {
  it('is read as by parsing every event in full, whatever is broken, however it is cut, and whatever came before', () => {
    const api = findApi('openai')
    const answers = fc.array(fc.tuple(answerStream, mutations(3), cutting), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(answers, (streams) => {
        // One connection reads them all, so that it has learned from those before.
        const answer = new Answer(api)
        for (const [whole, changes, cuts] of streams) {
          const bytes = mutated(whole, changes)
          // A body that begins as JSON is read as that.
          if (kindByBytes(bytes, 'events') === 'json') continue
          const { cause, ...said } = read(answer, reads(bytes, cuts))
          const { cause: plainCause, ...plain } = plainly(api, bytes)
          expect(said).toEqual(plain)
          // Without any event the two differ in what they know of the body.
          if (cause !== 'bad-sse') expect(cause).toBe(plainCause)
        }
      }),
      extent(1500),
    )
  })

  it('of any API never throws, whatever JSON its events or its whole body are', () => {
    const keys = fc.constantFrom(
      ...['choices', 'delta', 'message', 'content', 'index', 'text', 'usage', 'error', 'type', 'id', 'output', 'data'],
      ...[
        'tool_calls',
        'function',
        'arguments',
        'response',
        'item',
        'prompt_tokens',
        'results',
        'code',
        'finish_reason',
      ],
    )
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, true, 0, -1, 1.5, 1e300, '', 'x', 'error', 'message_start', 'content_block_delta'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(keys, tie('any'), { maxKeys: 5 }),
      ),
    })).any
    const types = fc.constantFrom('', 'error', 'message', 'response.output_text.delta', 'message_delta', 'result')
    fc.assert(
      fc.property(fc.constantFrom(...APIS), fc.array(fc.tuple(types, value), { maxLength: 4 }), (api, events) => {
        const answer = new Answer(api)
        const stream = events.map(([type, data]) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`).join('')
        read(answer, [Buffer.from(stream)])
        answer.reset()
        answer.onHeaders(200, { 'content-type': 'application/json' }, false, 0)
        answer.onBytes(Buffer.from(JSON.stringify(events[0]?.[1] ?? null)), 1)
        answer.onEnd()
      }),
      extent(3000),
    )
  })
})

describe('a compressed body', { timeout: TIMEOUT_MS }, () => {
  it('comes out whole, each read with its stamp, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 2000 }), cutting, async (text, cuts) => {
        const out: Buffer[] = []
        const stamps: number[] = []
        const inflater = inflaterOf(
          ['gzip'],
          (bytes, at) => {
            out.push(Buffer.from(bytes))
            stamps.push(at)
          },
          (error) => expect.unreachable(error.message),
        )
        const pieces = reads(gzipSync(text), cuts)
        pieces.forEach((piece, i) => void inflater.write(piece, i + 1))
        await inflater.end()
        expect(Buffer.concat(out).toString()).toBe(Buffer.from(text).toString())
        expect(stamps.every((at) => at >= 1 && at <= pieces.length)).toBe(true)
        expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
      }),
      extent(150),
    )
  })

  it('that is none is told once, and nothing hangs', async () => {
    const encoding = fc.constantFrom('gzip', 'deflate', 'br', 'zstd')
    await fc.assert(
      fc.asyncProperty(encoding, fc.uint8Array({ maxLength: 200 }), mutations(3), async (name, bytes, changes) => {
        const errors: Error[] = []
        const inflater = inflaterOf(
          [name],
          () => {},
          (error) => errors.push(error),
        )
        const body = name === 'gzip' ? mutated(gzipSync(bytes), changes) : Buffer.from(bytes)
        if (body.length > 0) inflater.write(body, 1)
        await inflater.end()
        expect(errors.length).toBeLessThanOrEqual(1)
      }),
      extent(300),
    )
  })
})
