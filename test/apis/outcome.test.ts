/** What servers say of their own answers, wherever they say it, in every API, streamed or not. */
import { describe, expect, it } from 'vitest'
import { findApi } from '../../src/apis/index.ts'
import { Answer, type AnswerOptions } from '../../src/client/answer.ts'
import { noteNames } from '../../src/samples/index.ts'

/** A piece of an answer with output, and its proper end, in each API that generates text. */
const FORMS = {
  openai: {
    piece: { choices: [{ index: 0, delta: { content: 'Hello' } }] },
    end: { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    whole: { choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }] },
  },
  openai_responses: {
    piece: { type: 'response.output_text.delta', delta: 'Hello' },
    end: { type: 'response.completed', response: { status: 'completed' } },
    whole: { status: 'completed', output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }] },
  },
  anthropic: {
    piece: { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Hello' } },
    end: { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    whole: { content: [{ type: 'text', text: 'Hello' }], stop_reason: 'end_turn' },
  },
  dashscope: {
    piece: { output: { choices: [{ message: { content: 'Hello' }, finish_reason: 'null' }] } },
    end: { output: { choices: [{ message: { content: '' }, finish_reason: 'stop' }] } },
    whole: { output: { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] } },
  },
} as const
type Name = keyof typeof FORMS
const NAMES = Object.keys(FORMS) as Name[]

/** Reads raw lines of a stream, each at its own millisecond. */
function stream(api: string, lines: readonly string[], options: AnswerOptions = {}): Answer {
  const answer = new Answer(findApi(api), options)
  answer.reset()
  answer.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 0)
  for (const [i, line] of lines.entries()) answer.onBytes(Buffer.from(line), i + 1)
  answer.onEnd()
  return answer
}

function whole(api: string, body: unknown, streamed = false): Answer {
  const answer = new Answer(findApi(api))
  answer.onHeaders(200, { 'content-type': 'application/json' }, streamed, 1)
  answer.onBytes(Buffer.from(JSON.stringify(body)), 2)
  answer.onEnd()
  return answer
}

const data = (event: unknown): string => `data: ${JSON.stringify(event)}\n\n`
const DONE = 'data: [DONE]\n\n'
const notesOf = ({ notes }: Answer): string[] => noteNames(notes)

describe.each(NAMES)('%s', (api) => {
  const { piece, end } = FORMS[api]
  const around = (...between: string[]): Answer => stream(api, [data(piece), ...between, data(end), DONE])

  it.each([
    ['error', { error: { message: 'engine died' } }],
    ['an error that is a text', { error: 'engine died' }],
    ['a list with an error', [{ error: { message: 'engine died' } }]],
    ['x_groq', { x_groq: { error: 'engine died' } }],
    ['error_code', { error_code: 50001, error_msg: 'engine died' }],
    ['type error', { type: 'error', message: 'engine died' }],
    ['object error', { object: 'error', message: 'engine died' }],
    ['detail', { detail: 'engine died' }],
    ['message and code', { message: 'engine died', code: 500 }],
    ['status', { status: 'error', reason: 'engine died' }],
  ])('fails for %s in an event, with the words of the server', (_, event) => {
    const answer = around(data(event))
    expect(answer.failure).toBe('server-error-event')
    expect(answer.failureText).toContain('engine died')
  })

  it.each([
    ['event: error with JSON', 'event: error\ndata: {"message":"engine died"}\n\n'],
    ['event: error with a text', 'event: error\ndata: engine died\n\n'],
    ['a field error', 'error: {"code":500,"message":"engine died"}\n\n'],
    ['JSON in the stream as it is', '{"error":{"message":"engine died"}}\n'],
  ])('fails for %s', (_, text) => {
    const answer = around(text)
    expect(answer.failure).toBe('server-error-event')
    expect(answer.failureText).toContain('engine died')
  })

  it('fails for an error at the very end of the body, without a line end behind it', () => {
    const answer = stream(api, [data(piece), 'data: {"error":{"message":"engine died"}}'])
    expect(answer.failure).toBe('server-error-event')
  })

  it.each(['', {}, [], false, 0, null, { code: null, message: '' }, { code: 0, details: [] }])(
    'takes an error of %j for none',
    (error) => {
      expect(around(data({ ...piece, error })).failure).toBeUndefined()
    },
  )

  it.each([
    ['empty data', 'data:\n\n'],
    ['blank data', 'data: \n\n'],
    ['a ping', 'event: ping\ndata: pong\n\n'],
    ['a heartbeat', 'event: heartbeat\ndata:\n\n'],
    ['a comment', ': still there\n\n'],
    ['an event of another kind', 'event: billing\ndata: 12 cents\n\n'],
    ['a typed event of another kind', data({ type: 'status', message: 'warming up', detail: 'still' })],
  ])('passes over %s', (_, text) => {
    const answer = around(text)
    expect([answer.failure, answer.outputEvents]).toEqual([undefined, 1])
  })

  it('ends with [DONE], whatever comes after and whatever blanks it has', () => {
    const answer = stream(api, [data(piece), data(end), 'data: [DONE] \n\n', data(piece), data({ error: 'late' })])
    expect([answer.failure, answer.outputEvents, answer.endedAt]).toEqual([undefined, 1, 2])
  })

  it('fails without any output, and keeps the first words of the server', () => {
    const answer = stream(api, [': hello from the gateway\n\n', data(end), DONE])
    expect(answer.failure).toBe('no-output')
    expect(answer.failureText).toContain('hello from the gateway')
    expect(stream(api, [data(end), DONE], { allowEmpty: true }).failure).toBeUndefined()
  })

  it('keeps the first words of a stream that was cut', () => {
    const answer = stream(api, [data(piece)])
    expect(answer.failure).toBe('stream-truncated')
    expect(answer.failureText).toContain('Hello')
  })

  it('notes one JSON where a stream was asked for, and reads the same errors in it', () => {
    const answer = whole(api, FORMS[api].whole, true)
    expect([answer.failure, answer.firstTokenAt, notesOf(answer)]).toEqual([undefined, 2, ['one-piece']])
    expect(notesOf(whole(api, FORMS[api].whole))).toEqual([])
    for (const body of [{ error: 'engine died' }, [{ error: { message: 'engine died' } }], { detail: 'engine died' }])
      expect(whole(api, body).failure).toBe('server-error-event')
  })
})

describe('a finish reason', () => {
  const ending = (finish: string): Answer =>
    stream('openai', [data(FORMS.openai.piece), data({ choices: [{ delta: {}, finish_reason: finish }] }), DONE])

  it.each(['error', 'abort', 'aborted', 'cancelled', 'insufficient_system_resource', 'timeout', 'engine_failure'])(
    '%s fails',
    (finish) => {
      const answer = ending(finish)
      expect(answer.failure).toBe('server-error-event')
      expect(answer.failureText).toContain(finish)
    },
  )

  it.each(['stop', 'length', 'tool_calls', 'content_filter', 'eos_token', 'STOP'])('%s is proper', (finish) => {
    expect([ending(finish).failure, notesOf(ending(finish))]).toEqual([undefined, []])
  })

  it('that is not known succeeds with a note', () => {
    expect([ending('because').failure, notesOf(ending('because'))]).toEqual([undefined, ['unknown-finish-reason']])
  })

  it('that is missing before [DONE] is noted', () => {
    expect(notesOf(stream('openai', [data(FORMS.openai.piece), DONE]))).toEqual(['no-finish-reason'])
  })
})

describe('several choices', () => {
  const choice = (index: number, finish?: string): string =>
    data({ choices: [{ index, delta: finish ? {} : { content: 'x' }, finish_reason: finish ?? null }] })
  const three = (...lines: string[]): Answer => stream('openai', lines, { choices: 3 })

  it('must all end where they were asked for', () => {
    expect(three(choice(0), choice(0, 'stop')).failure).toBe('stream-truncated')
    expect(three(choice(0), choice(1), choice(0, 'stop'), DONE).failure).toBe('stream-truncated')
    const all = [0, 1, 2].flatMap((index) => [choice(index), choice(index, 'stop')])
    expect([three(...all).failure, notesOf(three(...all))]).toEqual([undefined, []])
  })

  it('are noted where the server ignores how many were asked for, and ends properly', () => {
    const answer = three(choice(0), choice(0, 'stop'), DONE)
    expect([answer.failure, notesOf(answer)]).toEqual([undefined, ['fewer-choices']])
  })
})

describe('output', () => {
  const first = (delta: unknown, key = 'delta'): Answer =>
    stream('openai', [
      data({ choices: [{ delta: { role: 'assistant' } }] }),
      data({ choices: [{ [key]: delta }] }),
      data(FORMS.openai.end),
      DONE,
    ])

  it.each([
    ['parts of text', { content: [{ type: 'text', text: 'Hi' }] }, 'Hi'],
    ['parts of thinking', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }] }, 'Hm'],
    ['the reasoning that is not empty', { reasoning_content: '', reasoning: 'Hm' }, 'Hm'],
    ['details of reasoning', { reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }, 'Hm'],
    ['the transcript of sound', { audio: { transcript: 'Hi' } }, 'Hi'],
    ['sound', { audio: { data: 'UklGRg==' } }, ''],
    ['a picture', { images: [{ image_url: { url: 'data:,' } }] }, ''],
    ['the call of a custom tool', { tool_calls: [{ custom: { name: 'run', input: 'x' } }] }, 'runx'],
  ])('%s is the first token', (_, delta, text) => {
    const answer = first(delta)
    expect([answer.firstTokenAt, Buffer.from(answer.text).toString()]).toEqual([2, text])
  })

  it('may stand in message in place of delta', () => {
    expect(first({ content: 'Hi' }, 'message').firstTokenAt).toBe(2)
  })

  it('that nobody knows is noted, with tokens by usage', () => {
    const usage = data({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } })
    const answer = stream('openai', [
      data({ choices: [{ delta: { hologram: 'x' } }] }),
      data(FORMS.openai.end),
      usage,
      DONE,
    ])
    expect([answer.failure, answer.firstTokenAt, notesOf(answer)]).toEqual([
      undefined,
      Number.NaN,
      ['unrecognized-output'],
    ])
  })

  it.each([
    ['anthropic', { type: 'content_block_start', content_block: { type: 'server_tool_use', name: 'search' } }],
    ['anthropic', { type: 'content_block_start', content_block: { type: 'mcp_tool_use', name: 'search' } }],
    ['openai_responses', { type: 'response.output_item.added', item: { type: 'mcp_call', name: 'search' } }],
    ['openai_responses', { type: 'response.output_item.added', item: { type: 'custom_tool_call', name: 'search' } }],
  ] as [Name, object][])('in %s is the name of any tool that is called: %j', (api, event) => {
    expect(stream(api, [data(event), data(FORMS[api].end), DONE]).firstTokenAt).toBe(1)
  })
})

describe('the counts of a server', () => {
  const counted = (usage: unknown, deltas: unknown[] = [{ content: 'a' }, { content: 'b' }]): Answer =>
    stream('openai', [
      ...deltas.map((delta) => data({ choices: [{ delta }] })),
      data(FORMS.openai.end),
      data({ choices: [], usage }),
      DONE,
    ])

  it.each([-1, 3.7, 1e300, '5', Number.MAX_SAFE_INTEGER + 1])('of %s are not reported', (tokens) => {
    expect(counted({ prompt_tokens: tokens, completion_tokens: tokens }).usage).toEqual({})
  })

  it('of 0 output tokens beside output are not believed', () => {
    const answer = counted({ prompt_tokens: 4, completion_tokens: 0 })
    expect([answer.usage, notesOf(answer)]).toEqual([{ inputTokens: 4 }, ['zero-usage']])
  })

  it.each([
    [{ prompt_cache_hit_tokens: 7 }, { cachedTokens: 7 }],
    [{ cached_tokens: 7 }, { cachedTokens: 7 }],
    [{ reasoning_tokens: 1 }, { reasoningTokens: 1 }],
  ])('are read from %j', (more, expected) => {
    expect(counted({ prompt_tokens: 9, completion_tokens: 2, ...more }).usage).toMatchObject(expected)
  })

  it('have the reasoning added where the total shows that it is counted beside the completion', () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 2,
      total_tokens: 14,
      completion_tokens_details: { reasoning_tokens: 3 },
    }
    const answer = counted(usage)
    expect([answer.usage?.outputTokens, answer.hiddenTokens]).toEqual([5, 3])
    expect(counted({ ...usage, total_tokens: 11 }).usage?.outputTokens).toBe(2)
  })

  it('of reasoning that was streamed hide nothing; of a summary all of it', () => {
    const usage = { prompt_tokens: 9, completion_tokens: 42, completion_tokens_details: { reasoning_tokens: 40 } }
    const full = counted(usage, [{ reasoning_content: 'hm' }, { content: 'a' }, { content: 'b' }])
    expect([full.hiddenTokens, full.timedFrom]).toEqual([0, 1])
    const details = [{ type: 'reasoning.summary', summary: 'thought' }]
    const summary = counted(usage, [{ reasoning_details: details }, { content: 'a' }, { content: 'b' }])
    expect([summary.hiddenTokens, summary.firstTokenAt, summary.timedFrom, summary.lastTokenAt]).toEqual([40, 1, 2, 3])
  })

  it('without one of hidden reasoning leave open how many tokens were streamed', () => {
    const details = [{ type: 'reasoning.encrypted', data: 'x' }]
    const answer = counted({ prompt_tokens: 9, completion_tokens: 42 }, [
      { reasoning_details: details },
      { content: 'a' },
    ])
    expect([answer.hiddenTokens, notesOf(answer)]).toEqual([Number.NaN, ['hidden-reasoning']])
  })

  it('that come with each event say how many tokens the first one has', () => {
    const event = (content: string, completion: number): string =>
      data({ choices: [{ delta: { content } }], usage: { prompt_tokens: 9, completion_tokens: completion } })
    const answer = stream('openai', [event('Hello there', 3), event(' you', 5), data(FORMS.openai.end), DONE])
    expect([answer.usage?.outputTokens, answer.firstTokens]).toEqual([5, 3])
  })

  it('that all went into reasoning are a success with a note', () => {
    const usage = { prompt_tokens: 9, completion_tokens: 16, completion_tokens_details: { reasoning_tokens: 16 } }
    const answer = counted(usage, [])
    expect([answer.failure, notesOf(answer)]).toEqual([undefined, ['only-reasoning']])
  })
})

describe('a body', () => {
  const read = (headers: Record<string, string>, bytes: string): Answer => {
    const answer = new Answer(findApi('openai'))
    answer.onHeaders(200, headers, true, 0)
    answer.onBytes(Buffer.from(bytes), 1)
    answer.onEnd()
    return answer
  }
  const events = data(FORMS.openai.piece) + data(FORMS.openai.end) + DONE
  const json = JSON.stringify(FORMS.openai.whole)

  it.each([
    ['Application/JSON; charset=utf-8', json],
    ['text/event-stream', json],
    ['application/json', events],
    ['text/plain', events],
  ])('named %s is what its first bytes say', (type, bytes) => {
    expect(read({ 'content-type': type }, bytes).failure).toBeUndefined()
  })

  it.each(['identity', 'None', 'IDENTITY, identity', ''])('in the encoding "%s" is in none', (encoding) => {
    expect(read({ 'content-encoding': encoding }, events).failure).toBeUndefined()
  })

  it('in an encoding with the name of a method of objects is of no known one', () => {
    expect(read({ 'content-encoding': 'constructor' }, events).failureText).toContain('"constructor" is not one of')
  })
})
