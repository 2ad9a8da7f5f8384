/** What each API makes of answers, in the forms that servers are known to send, and of what is wrong with them. */
import { describe, expect, it } from 'vitest'
import { findApi } from '../../src/apis/index.ts'
import { Answer } from '../../src/client/answer.ts'

interface Event {
  event?: string
  data: unknown
}

/** Reads events that arrive at 1, 2, 3 … ms. */
function streamed(api: string, events: Event[]): Answer {
  const answer = new Answer(findApi(api))
  answer.onHeaders(200, { 'content-type': 'text/event-stream' }, true, 0)
  events.forEach(({ event, data }, i) => {
    const text = `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
    answer.onBytes(Buffer.from(text), i + 1)
  })
  answer.onEnd()
  return answer
}

function whole(api: string, body: unknown): Answer {
  const answer = new Answer(findApi(api))
  answer.onHeaders(200, { 'content-type': 'application/json' }, false, 1)
  answer.onBytes(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 2)
  answer.onEnd()
  return answer
}

const textOf = (answer: Answer): string => Buffer.from(answer.text).toString()
const typed = (data: { type: string; [key: string]: unknown }): Event => ({ event: data.type, data })

describe('openai', () => {
  const choice = (index: number, delta: object, reason: string | null = null): object => ({
    index,
    delta,
    finish_reason: reason,
  })
  const chunk = (...choices: object[]): Event => ({ data: { choices } })

  it('reads several choices from one event or many, each with its text', () => {
    const answer = streamed('openai', [
      chunk(choice(0, { role: 'assistant' }), choice(1, { role: 'assistant' })),
      chunk(choice(1, { content: 'b' })),
      chunk(choice(0, { content: 'a' }), choice(1, { content: 'B' })),
      chunk(choice(0, { content: 'A' })),
      chunk(choice(0, {}, 'stop'), choice(1, {}, 'length')),
    ])
    expect(answer.failure).toBeUndefined()
    expect([answer.firstTokenAt, answer.lastTokenAt, answer.outputEvents, answer.packages]).toEqual([2, 4, 3, 5])
    expect(textOf(answer).split('\u001e')).toEqual(['aA', 'bB'])
  })

  it('a stream that ends before all of its choices have is truncated', () => {
    const events = [
      chunk(choice(0, { content: 'a' })),
      chunk(choice(1, { content: 'b' })),
      chunk(choice(0, {}, 'stop')),
    ]
    expect(streamed('openai', events).failure).toBe('stream-truncated')
    expect(streamed('openai', [...events, chunk(choice(1, {}, 'stop'))]).failure).toBeUndefined()
    expect(streamed('openai', [...events, { data: '[DONE]' }]).failure).toBeUndefined()
  })

  it('keeps texts of choices apart when events are recognised by their bytes', () => {
    const events = ['a', 'b', 'c'].map((content) => chunk(choice(1, { content })))
    const answer = streamed('openai', [chunk(choice(0, { content: 'x' })), ...events, { data: '[DONE]' }])
    expect(textOf(answer).split('\u001e')).toEqual(['x', 'abc'])
    expect(answer.outputEvents).toBe(4)
  })
})

describe('openai_responses', () => {
  const api = 'openai_responses'
  const delta = (kind: string, text: unknown): Event => typed({ type: `response.${kind}.delta`, delta: text })
  const usage = {
    input_tokens: 9,
    input_tokens_details: { cached_tokens: 4 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 1 },
  }
  const ending = (status: string, more: object = {}): Event =>
    typed({ type: `response.${status}`, response: { id: 'r1', status, output: [], usage, ...more } })
  const created = typed({ type: 'response.created', response: { id: 'r1' } })
  const added = typed({ type: 'response.output_item.added', item: { type: 'message', content: [] } })

  it('does not take the creation or an empty item for the first token', () => {
    const answer = streamed(api, [
      created,
      added,
      delta('output_text', 'a'),
      delta('output_text', 'b'),
      ending('completed'),
    ])
    expect(answer.failure).toBeUndefined()
    expect([answer.firstChunkAt, answer.firstTokenAt, answer.lastTokenAt, answer.endedAt]).toEqual([2, 3, 4, 5])
    expect([answer.packages, answer.finishReason, answer.requestId, textOf(answer)]).toEqual([
      3,
      'completed',
      'r1',
      'ab',
    ])
    expect(answer.usage).toEqual({ inputTokens: 9, outputTokens: 3, cachedTokens: 4, reasoningTokens: 1 })
  })

  it.each([
    'output_text',
    'reasoning_text',
    'reasoning_summary_text',
    'refusal',
    'function_call_arguments',
    'custom_tool_call_input',
  ])('counts %s as output', (kind) => {
    expect(streamed(api, [created, delta(kind, 'x'), ending('completed')]).firstTokenAt).toBe(2)
  })

  it('an incomplete response is a success with its reason, a properly empty one a success without a first token', () => {
    const cut = ending('incomplete', { incomplete_details: { reason: 'max_output_tokens' } })
    expect(streamed(api, [delta('output_text', 'a'), cut]).finishReason).toBe('max_output_tokens')
    const empty = streamed(api, [created, added, ending('completed')])
    expect([empty.failure, empty.firstTokenAt]).toEqual([undefined, Number.NaN])
  })

  it.each([
    [
      'server-error-event',
      'overloaded',
      [delta('output_text', 'a'), ending('failed', { error: { message: 'overloaded' } })],
    ],
    ['server-error-event', 'no luck', [typed({ type: 'error', message: 'no luck' })]],
    ['stream-truncated', '1 packages', [created, delta('output_text', 'a')]],
    ['no-output', 'finish_reason "completed"', [created, ending('completed', { usage: null })]],
    ['bad-json', 'without a text in "delta"', [created, delta('output_text', 7), ending('completed')]],
  ] as [string, string, Event[]][])('%s: %s', (cause, words, events) => {
    const answer = streamed(api, events)
    expect(answer.failure).toBe(cause)
    expect(answer.failureText).toContain(words)
  })

  it.each([
    ['no-output', 'no output items', { status: 'completed', output: [] }],
    ['server-error-event', 'broke', { status: 'failed', output: [], error: { message: 'broke' } }],
    ['server-error-event', 'cancelled', { status: 'cancelled', output: [] }],
    ['bad-json', 'JSON', '{"status":'],
  ])('whole, %s: %s', (cause, words, body) => {
    const answer = whole(api, body)
    expect(answer.failure).toBe(cause)
    expect(answer.failureText).toContain(words)
  })

  it('reads every item of a whole answer', () => {
    const answer = whole(api, {
      status: 'completed',
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm ' }] },
        { type: 'message', content: [{ type: 'output_text', text: 'yes ' }] },
        { type: 'function_call', name: 'f', arguments: '{}' },
      ],
      usage,
    })
    expect([answer.failure, textOf(answer), answer.firstTokenAt]).toEqual([undefined, 'hm yes f{}', 2])
  })
})

describe('anthropic', () => {
  const api = 'anthropic'
  const start = typed({
    type: 'message_start',
    message: {
      id: 'm1',
      usage: { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 85, output_tokens: 1 },
    },
  })
  const delta = (of: object): Event => typed({ type: 'content_block_delta', index: 0, delta: of })
  const text = (word: string): Event => delta({ type: 'text_delta', text: word })
  const block = (of: object): Event => typed({ type: 'content_block_start', index: 0, content_block: of })
  const end = typed({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 40 } })
  const stop = typed({ type: 'message_stop' })

  it('counts cached input as input, and output as the last event says', () => {
    const answer = streamed(api, [
      start,
      typed({ type: 'ping' }),
      block({ type: 'text', text: '' }),
      text('a'),
      text('b'),
      end,
      stop,
    ])
    expect(answer.failure).toBeUndefined()
    expect(answer.usage).toEqual({ inputTokens: 100, outputTokens: 40, cachedTokens: 85 })
    expect([answer.firstChunkAt, answer.firstTokenAt, answer.lastTokenAt]).toEqual([1, 4, 5])
    expect([answer.packages, textOf(answer), answer.finishReason, answer.requestId]).toEqual([
      4,
      'ab',
      'end_turn',
      'm1',
    ])
  })

  it('takes the counts of servers that know their input only at the end', () => {
    const early = typed({ type: 'message_start', message: { usage: { input_tokens: 0, output_tokens: 0 } } })
    const late = typed({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: 7, output_tokens: 2 },
    })
    expect(streamed(api, [early, text('a'), late, stop]).usage).toEqual({ inputTokens: 7, outputTokens: 2 })
  })

  it.each([
    ['thoughts', delta({ type: 'thinking_delta', thinking: 'hm' })],
    ['a piece of a tool’s input', delta({ type: 'input_json_delta', partial_json: '{"a"' })],
    ['a tool’s name', block({ type: 'tool_use', id: 't', name: 'look', input: {} })],
  ])('counts %s as output', (_, event) => {
    expect(streamed(api, [start, event, end, stop]).firstTokenAt).toBe(2)
  })

  it('counts no signature, no citation and no empty piece as output', () => {
    const events = [
      delta({ type: 'signature_delta', signature: 'x' }),
      delta({ type: 'citations_delta', citation: {} }),
      delta({ type: 'input_json_delta', partial_json: '' }),
    ]
    const answer = streamed(api, [start, ...events, end, stop])
    expect([answer.failure, answer.outputEvents]).toEqual([undefined, 0])
  })

  it.each([
    [
      'server-error-event',
      'Overloaded',
      [start, text('a'), typed({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })],
    ],
    ['stream-truncated', '2 packages', [start, text('a')]],
    ['bad-json', 'without a text in "delta.text"', [start, delta({ type: 'text_delta' }), end, stop]],
  ] as [string, string, Event[]][])('%s: %s', (cause, words, events) => {
    const answer = streamed(api, events)
    expect(answer.failure).toBe(cause)
    expect(answer.failureText).toContain(words)
  })

  it.each([
    ['no-output', 'no content', { type: 'message' }],
    ['server-error-event', 'too long', { type: 'error', error: { message: 'too long' } }],
  ])('whole, %s: %s', (cause, words, body) => {
    const answer = whole(api, body)
    expect(answer.failure).toBe(cause)
    expect(answer.failureText).toContain(words)
  })
})

describe('dashscope', () => {
  const api = 'dashscope'
  const event = (message: object, reason = 'null', output = 1): Event => ({
    event: 'result',
    data: {
      output: { choices: [{ message: { role: 'assistant', ...message }, finish_reason: reason }] },
      usage: { input_tokens: 5, output_tokens: output, prompt_tokens_details: { cached_tokens: 2 } },
      request_id: 'd1',
    },
  })

  it('takes the word "null" for no reason, and the last usage for the usage', () => {
    const answer = streamed(api, [
      event({ content: 'a' }),
      event({ content: 'b' }, 'null', 2),
      event({ content: '' }, 'stop', 2),
    ])
    expect([answer.failure, answer.finishReason, textOf(answer), answer.requestId]).toEqual([
      undefined,
      'stop',
      'ab',
      'd1',
    ])
    expect(answer.usage).toEqual({ inputTokens: 5, outputTokens: 2, cachedTokens: 2 })
    expect(streamed(api, [event({ content: 'a' })]).failure).toBe('stream-truncated')
  })

  it('reads parts, thoughts and tool calls, and the text of result_format "text"', () => {
    expect(textOf(streamed(api, [event({ content: [{ text: 'a' }] }, 'stop')]))).toBe('a')
    expect(textOf(streamed(api, [event({ content: '', reasoning_content: 'hm' }, 'stop')]))).toBe('hm')
    const calls = [{ function: { name: 'f', arguments: '{}' } }]
    expect(textOf(streamed(api, [event({ content: '', tool_calls: calls }, 'stop')]))).toBe('f{}')
    const plain = whole(api, {
      output: { text: 'hi', finish_reason: 'stop' },
      usage: { input_tokens: 1, output_tokens: 1 },
    })
    expect([plain.failure, textOf(plain), plain.finishReason]).toEqual([undefined, 'hi', 'stop'])
  })

  it.each([
    ['server-error-event', 'rate limit', { code: 'Throttling', message: 'rate limit', request_id: 'd1' }],
    ['no-output', 'no output.choices', { output: {}, request_id: 'd1' }],
  ])('%s: %s', (cause, words, body) => {
    const answer = whole(api, body)
    expect(answer.failure).toBe(cause)
    expect(answer.failureText).toContain(words)
    if (cause === 'server-error-event') expect(streamed(api, [{ event: 'error', data: body }]).failure).toBe(cause)
  })
})

describe('openai_embedding', () => {
  it.each([
    ['no "data" with embeddings', { data: [] }],
    ['no vector in "data[1].embedding"', { data: [{ embedding: [1] }, { embedding: [] }] }],
    ['no vector in "data[0].embedding"', { data: [{ embedding: ['1'] }] }],
    ['no "data" with embeddings', {}],
  ])('an answer with %s is no output', (words, body) => {
    const answer = whole('embedding', body)
    expect(answer.failure).toBe('no-output')
    expect(answer.failureText).toContain(`the answer has ${words}: {`)
  })

  it('reads vectors as numbers or base64, and an error in a 200 answer', () => {
    const good = whole('embedding', {
      data: [{ embedding: [1] }, { embedding: 'AACAPw==' }],
      usage: { prompt_tokens: 3 },
    })
    expect([good.failure, good.usage, good.firstTokenAt]).toEqual([undefined, { inputTokens: 3 }, Number.NaN])
    expect(whole('embedding', { error: { message: 'x' } }).failure).toBe('server-error-event')
  })
})

describe('openai_rerank', () => {
  it.each([
    ['no "results"', { results: [] }],
    ['no "index" and "relevance_score" in "results[0]"', { results: [{ index: 0 }] }],
    [
      'no "index" and "relevance_score" in "results[1]"',
      { results: [{ index: 0, relevance_score: 1 }, { relevance_score: 0.5 }] },
    ],
  ])('an answer with %s is no output', (words, body) => {
    const answer = whole('rerank', body)
    expect(answer.failure).toBe('no-output')
    expect(answer.failureText).toContain(`the answer has ${words}: {`)
  })

  const results = [{ index: 0, relevance_score: 0 }]
  it.each([
    ['vLLM', { results, usage: { prompt_tokens: 0, total_tokens: 8 } }, 8],
    ['Jina', { results, usage: { prompt_tokens: 8, total_tokens: 8 } }, 8],
    ['Cohere', { results, meta: { tokens: { input_tokens: 8 }, billed_units: { search_units: 1 } } }, 8],
    ['Cohere without tokens', { results, meta: { billed_units: { search_units: 1 } } }, undefined],
  ])('reads the usage of %s', (_, body, inputTokens) => {
    const answer = whole('rerank', body)
    expect(answer.failure).toBeUndefined()
    expect(answer.usage?.inputTokens).toBe(inputTokens)
  })
})
