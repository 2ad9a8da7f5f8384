/**
 * What an answer says decides between success and failure, in every API, streamed or in one piece. Each answer is read
 * twice by the same reader, after a healthy one that has taught it the shapes of events: what is learned from one answer
 * must not change how the next is read.
 */
import { describe, expect, test } from 'vitest'
import { findApi } from '../../src/apis/index.ts'
import { Answer } from '../../src/client/answer.ts'
import {
  ALL,
  chunk,
  DONE,
  ERROR,
  event,
  GOOD,
  HI,
  json,
  ROLE,
  read,
  STOP,
  STREAMED,
  usage,
  whole,
  wholeChat,
  YOU,
} from './outcomes.ts'

test('a healthy answer is a success', () => {
  expect(read('openai', GOOD)).toMatchObject({ failure: undefined, events: 2, said: 'Hi you', notes: [] })
})

describe('a finish reason', () => {
  test.each([
    ...['error', 'Error', 'abort', 'ABORT', 'aborted', 'cancelled', 'canceled', 'engine_error', 'timeout', 'failed'],
    ...['insufficient_system_resource', 'upstream_error', 'server_error', 'network_error', 'model_overloaded'],
  ])('%s tells of a failure', (reason) => {
    expect(read('openai', [ROLE, HI, chunk({}, reason), DONE]).failure).toBe(ERROR)
    expect(wholeChat({ content: 'a' }, reason).failure).toBe(ERROR)
  })

  test.each([
    ...['stop', 'STOP', 'length', 'tool_calls', 'function_call', 'content_filter', 'eos', 'eos_token', 'end_turn'],
    ...['stop_sequence', 'max_tokens', 'MAX_TOKENS', 'SAFETY'],
  ])('%s is proper', (reason) => {
    expect(read('openai', [ROLE, HI, chunk({}, reason), DONE])).toMatchObject({ failure: undefined, notes: [] })
  })

  test.each(['finished', 'repetition', 'max_length'])('%s is unknown: a success with a note', (reason) => {
    const { failure, notes } = read('openai', [ROLE, HI, chunk({}, reason), DONE])
    expect({ failure, notes }).toEqual({ failure: undefined, notes: ['unknown-finish-reason'] })
  })

  test.each([[false], [0], [''], [{}], [[]]])('%j is none: [DONE] alone is a success with a note', (reason) => {
    const { failure, notes } = read('openai', [ROLE, HI, chunk({}, reason), DONE])
    expect({ failure, notes }).toEqual({ failure: undefined, notes: ['no-finish-reason'] })
  })
})

describe('an error with content', () => {
  const errors = [
    { message: 'boom' },
    'boom',
    { code: 500 },
    [{ message: 'boom' }],
    { message: '', code: 'x' },
    true,
    1,
    { error: { message: 'boom' } },
    { type: 'server_error' },
  ]
  test.each(errors.map((error) => [error]))('%j is a failure wherever it stands', (error) => {
    const places = [
      event({ error }),
      chunk({ content: 'x' }, null, { error }),
      event({ choices: [{ index: 0, delta: {}, error, finish_reason: null }] }),
      event({
        choices: [
          { index: 0, delta: {} },
          { index: 1, delta: {}, error },
        ],
      }),
      event({ choices: [], x_groq: { error } }),
      event([{ error }]),
    ]
    for (const place of places) expect(read('openai', [ROLE, HI, place, STOP, DONE]).failure, place).toBe(ERROR)
    expect(wholeChat({ content: 'a' }, 'stop', { error }).failure).toBe(ERROR)
    expect(whole('openai', [{ error }]).failure).toBe(ERROR)
    expect(read('openai', [json({ error })], { headers: { 'content-type': 'application/json' } }).failure).toBe(ERROR)
    for (const api of STREAMED) expect(read(api, [event({ error })]).failure, api).toBe(ERROR)
    for (const api of ALL) expect(whole(api, { error }).failure, api).toBe(ERROR)
  })

  test.each([[''], [{}], [[]], [false], [0], [null], [{ message: '' }], [{ message: null, code: 0 }], [[{}]]])(
    '%j is none',
    (error) => {
      const streamed = [ROLE, chunk({ content: 'Hi' }, null, { error }), chunk({}, 'stop', { error }), DONE]
      expect(read('openai', streamed)).toMatchObject({ failure: undefined, events: 1 })
      expect(read('openai', [ROLE, HI, event({ error }), STOP, DONE]).failure).toBeUndefined()
      expect(wholeChat({ content: 'a' }, 'stop', { error }).failure).toBeUndefined()
      const output = [{ type: 'message', content: [{ type: 'output_text', text: 'a' }] }]
      expect(whole('openai_responses', { error, status: 'completed', output }).failure).toBeUndefined()
    },
  )

  test.each(['boom', '{}', '{"message":"x"}', '""', 'null', '{"choices":[]}', ''])(
    'event: error is one with any data: %j',
    (data) => {
      for (const api of STREAMED)
        for (const type of ['error', 'Error']) expect(read(api, [event(data, type)]).failure, api).toBe(ERROR)
    },
  )

  test.each(['error: {"message":"x"}\n\n', 'error: CUDA out of memory\n\n', '{"error":{"message":"x"}}\n'])(
    'outside of an event: %j',
    (line) => {
      expect(read('openai', [ROLE, HI, line, STOP, DONE]).failure).toBe(ERROR)
    },
  )
})

describe('an object in place of a piece of the answer', () => {
  test.each(
    [
      { detail: 'x' },
      { detail: [{ msg: 'x' }] },
      { message: 'x', code: 500 },
      { message: 'x', code: 'E1' },
      { msg: 'x', code: 500 },
      { status: 'error' },
      { status: 'failed', message: 'x' },
      { status: 500, message: 'x' },
      { statusCode: 503, message: 'x' },
      { status_code: 429 },
      { code: 500 },
      { object: 'error', message: 'x', code: 400 },
      { type: 'error', message: 'x' },
      { error_code: 17, error_msg: 'no' },
      { errors: [{ message: 'x' }] },
      { success: false, message: 'x' },
      { fault: { faultstring: 'x' } },
      { exception: 'x' },
      { message: 'Internal server error' },
    ].map((value) => [value]),
  )('%j is a failure with the words of the server', (value) => {
    for (const api of STREAMED) {
      const before = api === 'openai' ? [ROLE, HI] : []
      const { failure, words } = read(api, [...before, event(value), ...(api === 'openai' ? [STOP, DONE] : [])])
      expect(failure, api).toBe(ERROR)
      for (const word of json(value).match(/(?<=:")[^"]+/g) ?? []) expect(words).toContain(word)
    }
    for (const api of ALL) expect(whole(api, value).failure, api).toBe(ERROR)
  })

  test.each([
    'data:\n\n',
    'data: \n\n',
    'event: ping\ndata: {"a":1}\n\n',
    'event: heartbeat\ndata: junk\n\n',
    'event: ping\ndata: {"error":{"message":"x"}}\n\n',
    'event: keep-alive\ndata:\n\n',
    ': comment\n\n',
    'event: foo\ndata: junk\n\n',
    'event: metrics\ndata: {"message":"fine","code":3}\n\n',
    'id: 4\n\n',
    'retry: 100\n\n',
    '\n\n\n',
    'data: {"type":"ping"}\n\n',
    'data: {}\n\n',
    'data: null\n\n',
    'data: ""\n\n',
    'data: []\n\n',
    'data: {"error_code":0}\n\n',
    'data: {"message":"queued","code":0}\n\n',
  ])('%j is no failure', (piece) => {
    expect(read('openai', [ROLE, HI, piece, YOU, piece, STOP, DONE])).toMatchObject({ failure: undefined, events: 2 })
  })

  test.each(['data: nonsense\n\n', 'data: {"choices":[{"delta":{"content":"x"}\n\n'])('%j is broken', (piece) => {
    expect(read('openai', [ROLE, HI, piece, YOU, STOP, DONE]).failure).toBe('bad-json')
  })

  test('of a control character in a known event is broken JSON', () => {
    const piece = HI.replace('Hi', 'a\u0001b')
    expect(read('openai', [ROLE, HI, piece, YOU, STOP, DONE]).failure).toBe('bad-json')
  })
})

describe('the end of an answer', () => {
  test.each([
    ['no output', [ROLE, DONE], 'no-output'],
    ['nothing but [DONE]', [DONE], 'no-output'],
    ['a role and a stop', [ROLE, STOP, DONE], 'no-output'],
    ['a usage of 0', [ROLE, STOP, usage({ prompt_tokens: 5, completion_tokens: 0 }), DONE], 'no-output'],
    ['output and no end', [ROLE, HI], 'stream-truncated'],
  ])('after %s', (_, pieces, failure) => {
    expect(read('openai', pieces).failure).toBe(failure)
  })

  test('may come without output where that is allowed', () => {
    for (const pieces of [[ROLE, STOP, DONE], [DONE]])
      expect(read('openai', pieces, { allowEmpty: true }).failure).toBeUndefined()
    expect(read('openai', [''], { allowEmpty: true }).failure).toBeDefined()
  })

  test.each([
    'data: [DONE]\r\n\r\n',
    'data: [DONE] \n\n',
    'data:  [DONE]\n\n',
    'data:[DONE]\t\n\n',
    'data: [DONE]\r\r',
    'data: [done]\n\n',
  ])('may be written as %j', (done) => {
    expect(read('openai', [ROLE, HI, STOP, done]).failure).toBeUndefined()
  })

  test('is the end: what comes later counts for nothing', () => {
    const late = [event({ error: { message: 'late' } }), chunk({ content: 'late' }), 'garbage']
    expect(read('openai', [ROLE, HI, STOP, DONE, ...late])).toMatchObject({ failure: undefined, events: 1, said: 'Hi' })
    expect(read('openai', [[ROLE, HI, STOP, DONE, ...late].join('')])).toMatchObject({ failure: undefined, said: 'Hi' })
  })

  test('keeps the first words of the server', () => {
    expect(read('openai', [event({ hello: 'strange words' }), DONE]).words).toContain('strange words')
    expect(read('openai', [ROLE, 'data: {"choi']).words).toContain('assistant')
  })
})

describe('several choices', () => {
  const of = (index: number, delta: unknown, reason: unknown = null): string =>
    event({ id: 'c', choices: [{ index, delta, finish_reason: reason }] })
  const two = [of(0, { content: 'a' }), of(1, { content: 'b' }), of(0, {}, 'stop')]

  test('must all finish', () => {
    expect(read('openai', [...two, of(1, {}, 'length'), DONE], { choices: 2 })).toMatchObject({
      failure: undefined,
      events: 2,
    })
    expect(read('openai', [...two, DONE], { choices: 2 }).failure).toBe('stream-truncated')
    expect(read('openai', two, { choices: 2 }).failure).toBe('stream-truncated')
    const choices = [
      { index: 0, message: { content: 'a' }, finish_reason: 'stop' },
      { index: 1, message: { content: 'b' }, finish_reason: null },
    ]
    expect(whole('openai', { choices }, { choices: 2 }).failure).toBe('stream-truncated')
  })

  test('fail with one of them', () => {
    expect(read('openai', [...two, of(1, {}, 'abort'), DONE], { choices: 2 }).failure).toBe(ERROR)
  })

  test('that a server does not give are noted', () => {
    const one = [of(0, { content: 'a' }), of(0, {}, 'stop'), DONE]
    expect(read('openai', one, { choices: 3 })).toMatchObject({ failure: undefined, notes: ['fewer-choices'] })
  })
})

describe('output', () => {
  test.each([
    ['parts', { content: [{ type: 'text', text: 'a' }] }],
    ['parts of another type', { content: [{ type: 'output_text', text: 'a' }] }],
    ['one part', { content: { text: 'a' } }],
    ['thinking in parts', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'a' }] }] }],
    ['reasoning_content', { reasoning_content: 'a' }],
    ['the reasoning that is not empty', { reasoning_content: '', reasoning: 'a' }],
    ['a reasoning object', { reasoning: { content: 'a' } }],
    ['reasoning_text', { reasoning_text: 'a' }],
    ['thinking', { thinking: 'a' }],
    ['thought', { thought: 'a' }],
    ['reasoning_details', { content: '', reasoning_details: [{ type: 'reasoning.text', text: 'a' }] }],
    ['text', { text: 'a' }],
    ['refusal', { refusal: 'a' }],
    ['a transcript', { audio: { transcript: 'a' } }],
    ['sound', { audio: { data: 'AAAA' } }],
    ['a picture', { images: [{ url: 'x' }] }],
    ['a tool call', { tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '' } }] }],
    ['a custom tool', { tool_calls: [{ index: 0, type: 'custom', custom: { name: 'f', input: 'x' } }] }],
    ['a function call', { function_call: { name: 'f' } }],
  ])('is seen as %s', (_, part) => {
    expect(read('openai', [ROLE, chunk(part), STOP, DONE])).toMatchObject({ failure: undefined, events: 1 })
    const inMessage = event({ choices: [{ index: 0, message: part, finish_reason: null }] })
    expect(read('openai', [inMessage, STOP, DONE])).toMatchObject({ failure: undefined, events: 1 })
    expect(wholeChat({ role: 'assistant', ...part })).toMatchObject({ failure: undefined, events: 1 })
  })

  test('that nobody knows is a failure, or a note where the usage tells of tokens', () => {
    const unknown = chunk({ unheard_of: 'a' })
    expect(read('openai', [ROLE, unknown, STOP, DONE]).failure).toBe('no-output')
    const counted = [ROLE, unknown, STOP, usage({ prompt_tokens: 4, completion_tokens: 3 }), DONE]
    expect(read('openai', counted)).toMatchObject({ failure: undefined, notes: ['unrecognized-output'] })
  })

  test('that is reasoning alone is noted', () => {
    const pieces = [
      ROLE,
      chunk({ reasoning_content: 'hm' }),
      chunk({ reasoning_content: 'm' }),
      chunk({}, 'length'),
      DONE,
    ]
    expect(read('openai', pieces)).toMatchObject({ failure: undefined, events: 2, notes: ['only-reasoning'] })
    expect(wholeChat({ content: null, reasoning_content: 'x' }, 'length').notes).toEqual(['only-reasoning'])
  })

  test('in one piece, where a stream was asked for, is noted', () => {
    const answer = json({ choices: [{ index: 0, message: { content: 'a' }, finish_reason: 'stop' }] })
    for (const headers of [{ 'content-type': 'Application/JSON' }, { 'content-type': 'text/event-stream' }])
      expect(read('openai', [`  \n${answer}`], { headers })).toMatchObject({ failure: undefined, notes: ['one-piece'] })
  })

  test('as events under another media type is read', () => {
    for (const type of ['application/json; charset=utf-8', '', 'text/plain'])
      expect(read('openai', GOOD, { headers: { 'content-type': type } })).toMatchObject({
        failure: undefined,
        events: 2,
      })
  })
})

describe('a count of the server', () => {
  test.each([[-1], [3.7], [1e300], ['12'], [true], [null]])('of %j is not reported', (count) => {
    const counts = { prompt_tokens: count, completion_tokens: count, prompt_tokens_details: { cached_tokens: count } }
    const { failure, usage: read_ } = read('openai', [ROLE, HI, YOU, STOP, usage(counts), DONE])
    expect(failure).toBeUndefined()
    expect(read_).not.toHaveProperty('outputTokens')
    expect(read_).not.toHaveProperty('inputTokens')
    expect(read_).not.toHaveProperty('cachedTokens')
  })

  test.each([
    ['at the top', usage({ prompt_tokens: 9, completion_tokens: 1 })],
    ['in x_groq', event({ choices: [], x_groq: { usage: { prompt_tokens: 9, completion_tokens: 1 } } })],
    ['in a choice', event({ choices: [{ index: 0, delta: {}, usage: { prompt_tokens: 9, completion_tokens: 1 } }] })],
  ])('is read %s', (_, piece) => {
    expect(read('openai', [ROLE, HI, piece, STOP, DONE]).usage).toMatchObject({ inputTokens: 9, outputTokens: 1 })
  })

  test('of 0 beside output is not believed, and noted', () => {
    const { notes, usage: read_ } = read('openai', [
      ROLE,
      HI,
      YOU,
      STOP,
      usage({ prompt_tokens: 0, completion_tokens: 0 }),
      DONE,
    ])
    expect(notes).toContain('zero-usage')
    expect(read_).not.toHaveProperty('outputTokens')
  })

  test('of reasoning beside the completion is added where the total says so', () => {
    const counts = {
      prompt_tokens: 9,
      completion_tokens: 1,
      total_tokens: 30,
      completion_tokens_details: { reasoning_tokens: 20 },
    }
    expect(read('openai', [ROLE, HI, STOP, usage(counts), DONE])).toMatchObject({
      usage: { outputTokens: 21 },
      hidden: 20,
    })
  })
})

test('a stream is read the same wherever it is cut', () => {
  const pieces = [
    '\uFEFF',
    ROLE.replaceAll('\n', '\r\n'),
    HI.replaceAll('\n', '\r'),
    'data: {"id":"c",\ndata: "choices":[{"index":0,"delta":{"content":" ünï"},"finish_reason":null}]}\n\n',
    STOP,
    DONE,
  ]
  const bytes = Buffer.from(pieces.join(''))
  for (let cut = 1; cut < bytes.length; cut++) {
    const answer = new Answer(findApi('openai'))
    answer.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 0)
    answer.onBytes(bytes.subarray(0, cut), 5)
    answer.onBytes(bytes.subarray(cut), 15)
    answer.onEnd()
    expect([answer.failure, answer.outputEvents, Buffer.from(answer.text).toString()], `cut at ${cut}`).toEqual([
      undefined,
      2,
      'Hi ünï',
    ])
  }
})
