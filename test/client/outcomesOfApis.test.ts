/** What decides between success and failure in the forms of single APIs. */
import { describe, expect, test } from 'vitest'
import { ERROR, event, read, whole } from './outcomes.ts'

describe('Anthropic', () => {
  const typed = (type: string, more: object = {}): string => event({ type, ...more }, type)
  const START = typed('message_start', { message: { id: 'm', usage: { input_tokens: 9, output_tokens: 1 } } })
  const said = (text: string): string => typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
  const end = (reason: string, tokens = 5): string =>
    typed('message_delta', { delta: { stop_reason: reason }, usage: { output_tokens: tokens } })
  const OVER = typed('message_stop')

  test('ends as it says', () => {
    const good = read('anthropic', [START, typed('ping'), said('Hi'), said(' x'), end('end_turn'), OVER])
    expect(good).toMatchObject({ failure: undefined, events: 2, usage: { inputTokens: 9, outputTokens: 5 } })
    expect(read('anthropic', [START, end('end_turn', 0), OVER]).failure).toBe('no-output')
    expect(read('anthropic', [START, said('Hi')]).failure).toBe('stream-truncated')
    expect(read('anthropic', [START, said('Hi'), OVER]).notes).toEqual(['no-finish-reason'])
    expect(whole('anthropic', { content: [], stop_reason: 'end_turn' }).failure).toBe('no-output')
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    expect(whole('anthropic', error)).toMatchObject({ failure: ERROR, words: expect.stringContaining('Overloaded') })
  })

  test.each(['tool_use', 'server_tool_use', 'mcp_tool_use', 'custom_tool_use'])('%s is output', (type) => {
    const block = typed('content_block_start', { index: 0, content_block: { type, id: 'x', name: 'f', input: {} } })
    expect(read('anthropic', [START, block, end('tool_use'), OVER])).toMatchObject({ failure: undefined, events: 1 })
  })

  test('thinking that is redacted leaves the streamed tokens unknown', () => {
    const redacted = typed('content_block_start', { index: 0, content_block: { type: 'redacted_thinking', data: 'x' } })
    const { notes, hidden } = read('anthropic', [START, redacted, said('Hi'), said(' x'), end('end_turn', 50), OVER])
    expect(notes).toEqual(['hidden-reasoning'])
    expect(hidden).toBeNaN()
  })
})

describe('Responses', () => {
  const typed = (type: string, more: object = {}): string => event({ type: `response.${type}`, ...more })
  const SAID = typed('output_text.delta', { delta: 'Hi' })
  const end = (status: string, more: object = {}): string =>
    typed(status, { response: { status, usage: { input_tokens: 3, output_tokens: 1 }, ...more } })
  const output = [{ type: 'message', content: [{ type: 'output_text', text: 'a' }] }]

  test.each([
    ['completed', [SAID, end('completed')], undefined],
    [
      'incomplete for want of tokens',
      [SAID, end('incomplete', { incomplete_details: { reason: 'max_output_tokens' } })],
      undefined,
    ],
    ['incomplete by an error', [SAID, end('incomplete', { incomplete_details: { reason: 'server_error' } })], ERROR],
    ['failed', [SAID, end('failed', { error: { message: 'boom' } })], ERROR],
    ['completed without output', [end('completed')], 'no-output'],
    ['cut short', [SAID], 'stream-truncated'],
    ['a flat error event', [event({ type: 'error', code: 'x', message: 'boom' })], ERROR],
  ])('%s', (_, pieces, failure) => {
    expect(read('openai_responses', pieces).failure).toBe(failure)
  })

  test.each(['function_call', 'custom_tool_call', 'mcp_call'])('%s is output', (type) => {
    const item = typed('output_item.added', { item: { type, name: 'f', call_id: 'c' } })
    expect(read('openai_responses', [item, end('completed')])).toMatchObject({ failure: undefined, events: 1 })
  })

  test.each(['cancelled', 'failed', 'in_progress', 'queued'])('in one piece with status %s is a failure', (status) => {
    expect(whole('openai_responses', { status, output }).failure).toBe(ERROR)
  })
})

describe('DashScope', () => {
  const said = (content: string, reason = 'null'): string =>
    event(
      { request_id: 'r', output: { choices: [{ message: { role: 'assistant', content }, finish_reason: reason }] } },
      'result',
    )

  test.each([
    ['stop', [said('Hi'), said(' x'), said('', 'stop')], undefined],
    ['abort', [said('Hi'), said('', 'abort')], ERROR],
    ['an error event', [said('Hi'), event({ code: 'InternalError', message: 'boom' }, 'error')], ERROR],
    ['an error code', [said('Hi'), event({ code: 'InternalError', message: 'boom' }, 'result')], ERROR],
    ['no output', [said('', 'stop')], 'no-output'],
    ['no end', [said('Hi')], 'stream-truncated'],
  ])('%s', (_, pieces, failure) => {
    expect(read('dashscope', pieces).failure).toBe(failure)
  })
})

describe('embeddings and rankings', () => {
  test.each([[{}], [{ data: [] }], [{ data: [{ index: 0 }] }], [{ data: [{ embedding: [] }] }], [[]], [null], ['x']])(
    '%j has no vector',
    (answer) => {
      expect(whole('openai_embedding', answer).failure).toBe('no-output')
    },
  )

  test.each([[{}], [{ results: [] }], [{ results: [{ index: 0 }] }], [[]], [null]])('%j has no score', (answer) => {
    expect(whole('openai_rerank', answer).failure).toBe('no-output')
  })
})
