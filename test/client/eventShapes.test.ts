import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { findApi } from '../../src/apis/index.ts'
import { Answer } from '../../src/client/answer.ts'

const api = findApi('openai')

/** What an answer says, by the reading of one connection or by another way. */
interface Said {
  text: string
  packages: number
  outputEvents: number
  finishReason: string
  requestId: string
  usage: unknown
}

function feed(answer: Answer, bytes: Buffer, cuts: readonly number[] = []): Said {
  answer.reset()
  answer.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 0)
  let from = 0
  for (const cut of [...new Set([...cuts, bytes.length])].sort((a, b) => a - b)) {
    answer.onBytes(Buffer.from(bytes.subarray(from, cut)), 1)
    from = cut
  }
  answer.onEnd()
  expect(answer.failureText).toBe('')
  const { packages, outputEvents, finishReason, requestId, usage } = answer
  const text = JSON.parse(`"${Buffer.from(answer.text).toString()}"`) as string
  return { text, packages, outputEvents, finishReason, requestId, usage }
}

/** The same by another parser of event streams and JSON.parse of every event. */
function plainly(bytes: Buffer): Said {
  const said: Said = { text: '', packages: 0, outputEvents: 0, finishReason: '', requestId: '', usage: undefined }
  createParser({
    onEvent({ data }) {
      if (data === '[DONE]') return
      const reading = api.readEvent(JSON.parse(data), '')
      if (reading.isPackage) said.packages++
      if (reading.text || reading.hasOutput) said.outputEvents++
      said.text += reading.text ?? ''
      if (reading.finishReason) said.finishReason = reading.finishReason
      if (reading.id && said.requestId === '') said.requestId = reading.id
      if (reading.usage) said.usage = reading.usage
    },
  }).feed(bytes.toString())
  return said
}

interface Told {
  id: string
  created: number
  texts: string[]
  finish: string
  tokens: number
}

function answerOf({ id, created, texts, finish, tokens }: Told): Buffer {
  const event = (more: object): string => `data: ${JSON.stringify({ id, object: 'chunk', created, ...more })}\n\n`
  const choice = (delta: object, reason: string | null = null): string =>
    event({ choices: [{ index: 0, delta, finish_reason: reason }] })
  return Buffer.from(
    [
      choice({ role: 'assistant', content: '' }),
      ...texts.map((content) => choice({ content })),
      choice({}, finish),
      event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: tokens } }),
      'data: [DONE]\n\n',
    ].join(''),
  )
}

const told: Told = { id: 'a1', created: 17, texts: ['Hello', ' wor', 'ld "x"'], finish: 'stop', tokens: 3 }

describe('the shapes of events', () => {
  it('let a second answer be read without parsing anything, its own id and texts kept apart from the first', () => {
    const answer = new Answer(api)
    feed(answer, answerOf(told))
    const parse = vi.spyOn(JSON, 'parse')
    const next = { ...told, id: 'b22', created: 180, texts: ['Other', ' words'] }
    const said = feed(answer, answerOf(next))
    // The one call is this test's own, for the text.
    expect(parse).toHaveBeenCalledTimes(1)
    parse.mockRestore()
    expect(said).toEqual({
      text: 'Other words',
      packages: 4,
      outputEvents: 2,
      finishReason: 'stop',
      requestId: 'b22',
      usage: { inputTokens: 5, outputTokens: 3 },
    })
  })

  it.each<[string, Partial<Told>]>([
    ['another finish reason', { finish: 'length' }],
    ['other token counts', { tokens: 9 }],
    ['an id with an escape', { id: 'q"uote\\' }],
    ['an id of other letters', { id: 'é你' }],
    ['an empty id', { id: '' }],
    ['a number with a fraction', { created: 1.5 }],
    ['a negative number', { created: -3 }],
  ])('do not hide %s', (_, change) => {
    const answer = new Answer(api)
    feed(answer, answerOf(told))
    const bytes = answerOf({ ...told, ...change })
    expect(feed(answer, bytes)).toEqual(plainly(bytes))
  })

  it('do not take an invalid value for a valid one: such an answer fails as it did before anything was learned', () => {
    for (const [from, to] of [
      ['"created":17', '"created":017'],
      ['"created":17', '"created":'],
      ['"id":"a1"', '"id":"a\u0001"'],
      ['"id":"a1"', '"id":"a1'],
    ] as const) {
      const answer = new Answer(api)
      feed(answer, answerOf(told))
      answer.reset()
      answer.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 0)
      answer.onBytes(Buffer.from(answerOf(told).toString().replace(from, to)), 1)
      expect(answer.failure).toBe('bad-json')
    }
  })

  it('do not take an inner value for the one of the event itself', () => {
    const answer = new Answer(api)
    const tool = (id: string): Buffer =>
      Buffer.from(
        `data: {"choices":[{"delta":{"tool_calls":[{"id":"${id}"}]}}]}\n\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n`,
      )
    expect(feed(answer, tool('x')).requestId).toBe('')
    expect(feed(answer, tool('y')).requestId).toBe('')
  })

  it('read any answers of one connection as a parser of every event does, however the bytes are cut', () => {
    const anAnswer = fc.record({
      id: fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('a1', 'b2')),
      created: fc.oneof(fc.nat(2000), fc.constantFrom(0, 7)),
      texts: fc.array(fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('', 'stop', 'a1', '"id":"a1"')), {
        maxLength: 6,
      }),
      finish: fc.constantFrom('stop', 'length'),
      tokens: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anAnswer, fc.array(fc.nat(1500), { maxLength: 3 })), { minLength: 2, maxLength: 8 }),
        (answers) => {
          const answer = new Answer(api, { allowEmpty: true })
          for (const [each, cuts] of answers) {
            const bytes = answerOf(each)
            const inside = cuts.filter((cut) => cut < bytes.length)
            expect(feed(answer, bytes, inside)).toEqual(plainly(bytes))
          }
        },
      ),
      { numRuns: 300, seed: 3 },
    )
  })
})
