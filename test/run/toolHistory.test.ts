/** What of an answer joins the history of a conversation: calls of tools as calls, and no thoughts. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { type Answering, answering, chat } from './answers.ts'

type Turn = { role: string; content?: unknown; tool_call_id?: string }

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-'))

/** Holds one conversation; by default of a question and a further one. */
async function hold(
  { url }: Answering,
  given: Record<string, unknown> = {},
  messages: Turn[] = [user('one'), { role: 'assistant', content: 'not sent' }, user('two')],
) {
  const datasetPath = join(folder(), 'talk.jsonl')
  writeFileSync(datasetPath, JSON.stringify({ messages }))
  const { result } = await runPerfBenchmark({
    ...{ model: 'm', noTestConnection: true, outputsDir: folder(), multiTurn: true, number: 1 },
    ...{ dataset: 'custom_multi_turn', datasetPath, url: `${url}/v1/chat/completions`, ...given },
  })
  return result
}

const user = (content: string): Turn => ({ role: 'user', content })
const call = (id: string, name: string, args: string) => ({ id, type: 'function', function: { name, arguments: args } })
const done = (id: string, content = 'done') => ({ role: 'tool', tool_call_id: id, content })
const secondMessages = ({ asked }: Answering): unknown => asked[1]!['messages']

/** Two calls in pieces, after some words. */
const CALLS = [
  { role: 'assistant', content: 'Let me ' },
  { content: 'see.' },
  { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'weather', arguments: '' } }] },
  { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
  { tool_calls: [{ index: 0, function: { arguments: '"Kiel"}' } }] },
  { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'time', arguments: '{}' } }] },
]

describe('a call of a tool', () => {
  it('is a call in the history, with a result for each, and no text', async () => {
    const server = await answering(() => chat(CALLS, 'tool_calls'))
    // The second conversation of the connection is read by what the first has taught.
    await hold(server, { number: 2 })
    for (const i of [1, 3])
      expect(server.asked[i]!['messages']).toEqual([
        user('one'),
        {
          role: 'assistant',
          content: 'Let me see.',
          tool_calls: [call('a', 'weather', '{"city":"Kiel"}'), call('b', 'time', '{}')],
        },
        done('a'),
        done('b'),
        user('two'),
      ])
  })

  it('has no content where nothing else was said, and JSON where its arguments are none', async () => {
    const cut = { tool_calls: [{ index: 0, id: 'a', function: { name: 'weather', arguments: '{"city' } }] }
    const server = await answering(() => chat([cut], 'length'))
    await hold(server)
    expect(secondMessages(server)).toMatchObject([
      user('one'),
      { content: null, tool_calls: [call('a', 'weather', JSON.stringify({ arguments: '{"city' }))] },
      done('a'),
      user('two'),
    ])
  })

  it.each([
    ['all with the index 0', [{ index: 0 }, { index: 0 }]],
    ['without an index', [{}, {}]],
  ])('is told from another one, %s', async (_, [first, second]) => {
    const server = await answering(() =>
      chat([
        { tool_calls: [{ ...first, id: 'a', function: { name: 'weather', arguments: '{}' } }] },
        { tool_calls: [{ ...second, id: 'b', function: { name: 'time', arguments: '{' } }] },
        { tool_calls: [{ ...second, function: { arguments: '}' } }] },
      ]),
    )
    await hold(server)
    expect(secondMessages(server)).toMatchObject([
      user('one'),
      { tool_calls: [call('a', 'weather', '{}'), call('b', 'time', '{}')] },
      done('a'),
      done('b'),
      user('two'),
    ])
  })

  it('gets an id where the server gave none, as in the older form', async () => {
    const server = await answering(() => chat([{ function_call: { name: 'weather', arguments: '{}' } }]))
    await hold(server)
    expect(secondMessages(server)).toMatchObject([
      user('one'),
      { tool_calls: [call('call_1_1', 'weather', '{}')] },
      done('call_1_1'),
      user('two'),
    ])
  })

  it('is answered with the result that the dataset has', async () => {
    const server = await answering(() => chat(CALLS, 'tool_calls'))
    const recorded = { role: 'tool', tool_call_id: 'other', content: 'sunny' }
    await hold(server, {}, [user('one'), { role: 'assistant', content: 'not sent' }, recorded, user('and?')])
    expect(secondMessages(server)).toMatchObject([
      user('one'),
      { role: 'assistant' },
      done('a', 'sunny'),
      done('b'),
      user('and?'),
    ])
  })

  it('is a call without a stream too', async () => {
    const message = { role: 'assistant', content: 'Let me see.', tool_calls: [call('a', 'weather', '{}')] }
    const server = await answering(() => ({ choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }))
    await hold(server, { stream: false })
    expect(secondMessages(server)).toEqual([user('one'), message, done('a'), user('two')])
  })

  it.each([true, false])('goes to Anthropic as tool_use with its tool_result (stream: %s)', async (stream) => {
    const server = await answering(() =>
      stream
        ? [
            { type: 'message_start', message: { id: 'x', usage: { input_tokens: 1, output_tokens: 1 } } },
            { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
            { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
            { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Let me see.' } },
            { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'a', name: 'weather' } },
            ...['{"city"', ':"Kiel"}'].map((partial_json) => ({
              type: 'content_block_delta',
              index: 2,
              delta: { type: 'input_json_delta', partial_json },
            })),
            { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
            { type: 'message_stop' },
          ]
        : {
            content: [
              { type: 'thinking', thinking: 'hm' },
              { type: 'text', text: 'Let me see.' },
              { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Kiel' } },
            ],
            stop_reason: 'tool_use',
          },
    )
    await hold(server, { api: 'anthropic', url: `${server.url}/v1/messages`, stream })
    expect(secondMessages(server)).toEqual([
      user('one'),
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Kiel' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'done' },
          { type: 'text', text: 'two' },
        ],
      },
    ])
  })

  it.each([true, false])('goes to the Responses API as function_call with its output (stream: %s)', async (stream) => {
    const item = { type: 'function_call', id: 'fc', call_id: 'a', name: 'weather', arguments: '{"city":"Kiel"}' }
    const completed = {
      status: 'completed',
      output: [
        { type: 'reasoning', summary: [{ text: 'hm' }] },
        { type: 'message', content: [{ type: 'output_text', text: 'Let me see.' }] },
        item,
      ],
    }
    const server = await answering(() =>
      stream
        ? [
            { type: 'response.reasoning_summary_text.delta', delta: 'hm' },
            { type: 'response.output_text.delta', output_index: 1, delta: 'Let me see.' },
            { type: 'response.output_item.added', output_index: 2, item: { ...item, arguments: '' } },
            { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"city":' },
            { type: 'response.function_call_arguments.delta', output_index: 2, delta: '"Kiel"}' },
            { type: 'response.completed', response: completed },
          ]
        : completed,
    )
    await hold(server, { api: 'openai_responses', url: `${server.url}/v1/responses`, stream })
    expect(server.asked[1]!['input']).toEqual([
      user('one'),
      { role: 'assistant', content: 'Let me see.' },
      { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{"city":"Kiel"}' },
      { type: 'function_call_output', call_id: 'a', output: 'done' },
      user('two'),
    ])
  })

  it('goes to DashScope in a message whose content is a text', async () => {
    const message = { content: '', tool_calls: [{ index: 0, ...call('a', 'weather', '{}') }] }
    const server = await answering(() => [{ output: { choices: [{ message, finish_reason: 'tool_calls' }] } }])
    await hold(server, { api: 'dashscope', url: `${server.url}/api/v1/services/aigc/text-generation/generation` })
    expect((server.asked[1]!['input'] as { messages: unknown }).messages).toEqual([
      user('one'),
      { role: 'assistant', content: '', tool_calls: [call('a', 'weather', '{}')] },
      done('a'),
      user('two'),
    ])
  })
})

describe('thoughts in the text', () => {
  it.each([
    ['in tags', ['<think>', 'a "b"\n', '</think>', '\n\nThe ', 'answer.']],
    ['in tags, all at once', ['<think>\nhm</think>The answer.']],
    ['that the template began', ['hm, ', 'then', '</think>', '\nThe answer.']],
  ])('%s stay out of the history', async (_, pieces) => {
    const server = await answering(() => chat(pieces.map((content) => ({ content }))))
    const result = await hold(server)
    expect(secondMessages(server)).toEqual([user('one'), { role: 'assistant', content: 'The answer.' }, user('two')])
    expect(result.summary.failedRequests).toBe(0)
  })

  it('in fields of their own stay out wherever they stand', async () => {
    const deltas = [
      { content: 'The ' },
      { reasoning_content: 'hm' },
      { reasoning_content: ' hm' },
      { content: 'answer.' },
    ]
    const server = await answering(() => chat(deltas))
    await hold(server, { number: 2 })
    for (const i of [1, 3])
      expect(server.asked[i]!['messages']).toMatchObject([user('one'), { content: 'The answer.' }, user('two')])
  })

  it('are no thoughts where the text only speaks of them', async () => {
    const content = 'Write <think> and </think> around it.'
    const server = await answering(() => chat([{ content }]))
    await hold(server)
    expect(secondMessages(server)).toMatchObject([user('one'), { content }, user('two')])
  })
})

describe('a turn that leaves nothing to go on from', () => {
  it.each([
    ['reasoning alone', [{ reasoning_content: 'hm' }], 'length'],
    ['a thought without an end', [{ content: '<think>' }, { content: 'hm' }], 'length'],
    ['blanks', [{ content: '\n\n' }], 'stop'],
  ])('is a failure in words of its own and ends the conversation: %s', async (_, deltas, finish) => {
    const server = await answering(() => chat(deltas, finish))
    const result = await hold(server)
    expect(server.asked).toHaveLength(1)
    expect(result.failures).toMatchObject([
      {
        cause: 'no-output',
        message: `turn 1 of 2 gave no text or tool call to continue the conversation from (finish reason "${finish}")`,
      },
    ])
    expect(result.conversations).toMatchObject({ total: 1, abandoned: 1 })
  })

  it('is none at the end of the conversation', async () => {
    const server = await answering((_, index) =>
      chat(index === 0 ? [{ content: 'yes' }] : [{ reasoning_content: 'hm' }], 'length'),
    )
    const result = await hold(server)
    expect(result.conversations).toMatchObject({ total: 1, completed: 1 })
  })
})
