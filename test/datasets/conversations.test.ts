import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { type Conversation, findDataset, readConversations, readPrompts } from '../../src/datasets/index.ts'
import { loadTokenCounter } from '../../src/tokens/index.ts'
import { errorOf, file } from './files.ts'

const read = (options: Record<string, unknown>, limit = 100): Promise<Conversation[]> =>
  readConversations(resolveConfig({ multiTurn: true, ...options }), limit)
const lines = (...values: unknown[]): string =>
  file(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n'), 'talks.jsonl')
const user = (content: string) => ({ role: 'user', content })
const texts = (conversations: Conversation[]): unknown[][][] =>
  conversations.map(({ turns }) => turns.map(({ messages }) => messages.map(({ content }) => content)))

describe('custom_multi_turn', () => {
  const dataset = 'custom_multi_turn'

  it('takes the user’s side of each line, split where the model answered', async () => {
    const datasetPath = lines(
      [
        { role: 'system', content: 'be brief' },
        { role: 'assistant', content: 'Hello!' },
        user('a'),
        user('b'),
        { role: 'assistant', content: 'recorded' },
        user('c'),
      ],
      { messages: [user('x'), user('y')] },
    )
    expect(texts(await read({ dataset, datasetPath }))).toEqual([
      [['be brief', 'a', 'b'], ['c']],
      // Nobody answers in between: each message waits for an answer.
      [['x'], ['y']],
    ])
  })

  it('keeps conversations of minTurns to maxTurns turns, cutting longer ones', async () => {
    const datasetPath = lines([user('1')], [user('1'), user('2'), user('3')], [user('1'), user('2')])
    expect(texts(await read({ dataset, datasetPath, minTurns: 2, maxTurns: 2 }))).toEqual([
      [['1'], ['2']],
      [['1'], ['2']],
    ])
    expect((await errorOf(() => read({ dataset, datasetPath, minTurns: 9 }))).message).toContain(
      'all 3 conversations of',
    )
  })

  it.each([
    ['{"messages": 3}', 'field "messages" must be an array of messages, got number'],
    ['[{"role": "user"}]', 'field "[0].content" is missing'],
    ['[{"role": 7, "content": "a"}]', 'field "[0].role" must be a non-empty string, got number'],
    ['[{"role": "user", "content": "a"}, 5]', 'field "[1]" must be a message, got number'],
    ['[]', 'must hold at least one message, got an empty array'],
    ['[{"role": "assistant", "content": "a"}]', 'holds no message of a user'],
    ['"text"', 'must be an array of messages, got string'],
  ])('names file, line and field of %s', async (line, why) => {
    const datasetPath = lines([user('fine')], line)
    expect(await errorOf(() => read({ dataset, datasetPath }))).toEqual({
      message: `dataset custom_multi_turn: talks.jsonl line 2: ${why}`,
      option: 'datasetPath',
    })
  })

  it('is refused without multiTurn, with the remedy', async () => {
    const datasetPath = lines([user('a')])
    expect((await errorOf(() => readPrompts(resolveConfig({ dataset, datasetPath }), 1))).message).toBe(
      'option "dataset": custom_multi_turn holds conversations; add multiTurn (--multi-turn)',
    )
  })
})

describe('share_gpt_*_multi_turn', () => {
  it('reads what humans said from either form, and passes over empty turns and conversations', async () => {
    const datasetPath = lines(
      { conversation: [{ human: '你好', assistant: 'x' }, { human: ' ' }, { human: '再见', assistant: 'y' }] },
      { conversation: [{ human: '', assistant: 'x' }] },
      {
        conversations: [
          { from: 'human', value: 'hi' },
          { from: 'gpt', value: 'x' },
          { from: 'human', value: 'bye' },
        ],
      },
    )
    for (const dataset of ['share_gpt_zh_multi_turn', 'share_gpt_en_multi_turn'])
      expect(texts(await read({ dataset, datasetPath }))).toEqual([
        [['你好'], ['再见']],
        [['hi'], ['bye']],
      ])
  })

  it('names file, line and field', async () => {
    const datasetPath = lines({ conversation: [{ human: 'a' }, { human: 5 }] })
    expect((await errorOf(() => read({ dataset: 'share_gpt_en_multi_turn', datasetPath }))).message).toBe(
      'dataset share_gpt_en_multi_turn: talks.jsonl line 1: field "conversation[1].human" must be a string, got number',
    )
  })
})

describe('random_multi_turn', () => {
  const dataset = 'random_multi_turn'
  const options = { dataset, model: 'gpt-4o', minTurns: 2, maxTurns: 4, minPromptLength: 20, maxPromptLength: 30 }

  it('makes up turns of exact lengths by the tokenizer, the same for the same seed', async () => {
    const counter = await loadTokenCounter('gpt-4o')
    const made = texts(await read(options, 12))
    expect(made).toHaveLength(12)
    const turnCounts = made.map((turns) => turns.length)
    expect(new Set(turnCounts)).toEqual(new Set([2, 3, 4]))
    const lengths = made.flat(2).map((text) => counter.count(text as string))
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(20)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(30)
    expect(texts(await read(options, 12))).toEqual(made)
    expect(texts(await read({ ...options, loadSeed: 5 }, 12))).not.toEqual(made)
  })

  it('first_turn_length and subsequent_turn_length win, and a prefix is shared', async () => {
    const counter = await loadTokenCounter('gpt-4o')
    const made = texts(
      await read(
        {
          ...options,
          prefixLength: 10,
          datasetArgs: { first_turn_length: 50, subsequent_turn_length: [5, 7] },
        },
        3,
      ),
    )
    const begin = (text: unknown): string => (text as string).split(' ').slice(0, 10).join(' ')
    expect(new Set(made.map((turns) => begin(turns[0]![0]))).size).toBe(1)
    for (const [first, ...later] of made) {
      expect(counter.count(first![0] as string)).toBe(60)
      for (const [text] of later) expect([5, 6, 7]).toContain(counter.count(text as string))
    }
  })

  it('needs maxTurns', async () => {
    expect((await errorOf(() => read({ ...options, maxTurns: undefined }))).option).toBe('maxTurns')
  })
})

describe('swe_smith', () => {
  it('says what the agent was told, tool results as a user’s, from rows or a prepared file', async () => {
    const messages = [
      { role: 'system', content: 'You mend.' },
      user('bug'),
      { role: 'assistant', content: 'ls' },
      { role: 'tool', content: [{ type: 'text', text: 'a.py' }] },
      { role: 'assistant', content: 'done' },
    ]
    const datasetPath = lines({ messages: JSON.stringify(messages) }, { messages })
    const read2 = await read({ dataset: 'swe_smith', datasetPath })
    expect(texts(read2)).toEqual(Array(2).fill([['You mend.', 'bug'], ['a.py']]))
    expect(read2[0]!.turns[1]!.messages[0]!.role).toBe('user')
    const prepared = file(
      JSON.stringify(
        { conversations: [[{ messages: [user('a'), user('b')], prompt_tokens: 9 }, { messages: [user('c')] }]] },
        null,
        2,
      ),
      'agentic_dataset.json',
    )
    expect(texts(await read({ dataset: 'swe_smith', datasetPath: prepared }))).toEqual([[['a', 'b'], ['c']]])
  })

  it('names the place of what is wrong', async () => {
    const prepared = file(JSON.stringify({ conversations: [[{ messages: [{ role: 'user' }] }]] }), 'agentic.json')
    expect((await errorOf(() => read({ dataset: 'swe_smith', datasetPath: prepared }))).message).toMatch(
      /agentic\.json: field "conversations\[0\]\[0\]\.messages\[0\]\.content" is missing$/,
    )
    const datasetPath = lines({ messages: '[{' })
    expect((await errorOf(() => read({ dataset: 'swe_smith', datasetPath }))).message).toMatch(
      /^dataset swe_smith: talks\.jsonl line 1: field "messages" is a text but not JSON/,
    )
  })
})

describe('trie_* traces', () => {
  const trace = {
    input_prompt_length: 40,
    num_turns: 2,
    assistant_response_length: [7, 8],
    tool_call_output_length: [12, 0],
    tool_call_latency: [0.25, 1],
    final_assistant_response_length: 9,
  }

  it.each(['trie_agentic_coding', 'trie_code_qa', 'trie_office_work'])(
    '%s: a turn for the prompt and for each tool result, with lengths, limits and latencies as recorded',
    async (dataset) => {
      const counter = await loadTokenCounter('gpt-4o')
      const [conversation] = await read({ dataset, datasetPath: lines(trace), model: 'gpt-4o' })
      expect(conversation!.turns.map(({ maxTokens, waitMs }) => [maxTokens, waitMs])).toEqual([
        [7, undefined],
        [8, 250],
        [9, 1000],
      ])
      const lengths = conversation!.turns.map(({ messages }) => counter.count(messages[0]!.content as string))
      // A message of no tokens has one: many chat templates refuse empty ones.
      expect(lengths).toEqual([40, 12, 1])
    },
  )

  it.each([
    [
      { ...trace, num_turns: 3 },
      'field "assistant_response_length" must have 3 elements, one for each of num_turns, got 2',
    ],
    [{ ...trace, tool_call_latency: [1, 'x'] }, 'field "tool_call_latency[1]" must be a number of at least 0, got "x"'],
    [{ ...trace, input_prompt_length: 1.5 }, 'field "input_prompt_length" must be an integer of at least 1, got 1.5'],
    [{ num_turns: 0 }, 'field "assistant_response_length" must be an array of numbers, got nothing'],
  ])('names file, line and field: case %#', async (wrong, why) => {
    const datasetPath = lines(trace, wrong)
    expect((await errorOf(() => read({ dataset: 'trie_code_qa', datasetPath }))).message).toBe(
      `dataset trie_code_qa: talks.jsonl line 2: ${why}`,
    )
  })
})

describe('other datasets', () => {
  it('give conversations of one turn, chat histories as many as they have answers', async () => {
    expect(texts(await read({}, 2)).map((turns) => turns.length)).toEqual([1, 1])
    const datasetPath = lines([user('a'), { role: 'assistant', content: 'x' }, user('b')])
    expect(texts(await read({ dataset: 'line_by_line', datasetPath }))).toEqual([[['a'], ['b']]])
  })

  it('that are whole request bodies are refused', async () => {
    const datasetPath = lines({ messages: [user('a')], model: 'm' })
    expect((await errorOf(() => read({ dataset: 'line_by_line', datasetPath }))).option).toBe('multiTurn')
  })
})

describe('workload_trace', () => {
  const record = { body: { model: 'a', messages: [user('hi')] }, timestamp: 3 }
  const one = async (given: Record<string, unknown>, datasetArgs: Record<string, unknown> = {}) =>
    (
      await readPrompts(
        resolveConfig({ dataset: 'workload_trace', openLoop: true, datasetPath: lines(given), datasetArgs }),
        1,
      )
    )[0] as unknown as Record<string, unknown>

  it('gives bodies as recorded, with their times, headers and names', async () => {
    expect(await one({ ...record, headers: { 'x-user': 'u' }, request_id: 'r7', completion_tokens: 5 })).toEqual({
      body: record.body,
      isWhole: true,
      atMs: 3000,
      headers: { 'x-user': 'u' },
      requestId: 'r7',
    })
    expect(await one({ ...record, body: JSON.stringify(record.body) })).toMatchObject({ body: record.body })
  })

  it.each([
    ['2026-01-02T03:04:05.5Z', Date.UTC(2026, 0, 2, 3, 4, 5, 500)],
    ['2026-01-02T03:04:05', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05+02:00', Date.UTC(2026, 0, 2, 1, 4, 5)],
    ['12.5', 12_500],
  ])('reads the time %s', async (timestamp, atMs) => {
    expect(await one({ ...record, timestamp })).toMatchObject({ atMs })
  })

  it('speed, model_mapping before model_override, and match_output_length', async () => {
    expect(await one(record, { speed: 4 })).toMatchObject({ atMs: 750 })
    expect(await one(record, { model_mapping: { a: 'b' }, model_override: 'c' })).toMatchObject({
      body: { model: 'b' },
    })
    expect(await one(record, { model_mapping: { z: 'b' }, model_override: 'c' })).toMatchObject({
      body: { model: 'c' },
    })
    const match = { match_output_length: true }
    expect(await one({ ...record, completion_tokens: 5 }, match)).toMatchObject({
      body: { max_tokens: 5, ignore_eos: true },
    })
    expect((await one(record, match))['body']).toEqual(record.body)
    const fixed = {
      ...record,
      body: { ...record.body, response_format: { type: 'json_object' } },
      completion_tokens: 5,
    }
    expect((await one(fixed, match))['body']).toEqual({ ...fixed.body, max_tokens: 5 })
  })

  it.each([
    [{ timestamp: 1 }, 'field "body" must be a request body, got nothing'],
    [{ body: '{', timestamp: 1 }, /^field "body" is a text but not JSON/],
    [{ body: {} }, 'field "timestamp" must be seconds or a time of ISO 8601, got nothing'],
    [{ body: {}, timestamp: 'soon' }, 'field "timestamp" must be seconds or a time of ISO 8601, got "soon"'],
    [{ body: {}, timestamp: 1, headers: { a: 1 } }, 'field "headers.a" must be a string, got number'],
    [{ body: {}, timestamp: 1, headers: { 'a b': 'c' } }, 'field "headers.a b" is no header that HTTP allows'],
    [
      { body: {}, timestamp: 1, completion_tokens: 0 },
      'field "completion_tokens" must be an integer of at least 1, got 0',
    ],
    [{ body: {}, timestamp: 1, boddy: {} }, /^field "boddy" is unknown; the fields are body, /],
    [{ body: {}, timestamp: 1, request_id: 4 }, 'field "request_id" must be a string, got number'],
  ])('names file, line and field: case %#', async (wrong, why) => {
    const { message } = await errorOf(() => one(wrong))
    expect(message).toMatch(/^dataset workload_trace: talks\.jsonl line 1: /)
    const rest = message.slice('dataset workload_trace: talks.jsonl line 1: '.length)
    if (typeof why === 'string') expect(rest).toBe(why)
    else expect(rest).toMatch(why)
  })

  it('names an argument that is wrong', async () => {
    expect((await errorOf(() => one(record, { speed: 0 }))).option).toBe('datasetArgs')
    expect((await errorOf(() => one(record, { sped: 2 }))).message).toContain('did you mean "speed"?')
  })
})

it('every dataset of conversations is found by its name', () => {
  for (const name of ['random_multi_turn', 'custom-multi-turn', 'swe_smith', 'workload_trace'])
    expect(findDataset(name).name).toBe(name.replaceAll('-', '_'))
})
