import { describe, expect, it } from 'vitest'
import { lineByLine } from '../../src/datasets/lineByLine.ts'
import { all, errorOf, file, options } from './files.ts'

const read = (content: string) => all(lineByLine.read(options(file(content, 'prompts.txt'))))
const messageOf = async (content: string) => (await errorOf(() => read(content))).message

describe('line_by_line', () => {
  it('takes a line as a prompt', async () => {
    expect(await read('Tell me a story.\r\n\r\n讲个故事。\n')).toEqual([
      { text: 'Tell me a story.' },
      { text: '讲个故事。' },
    ])
  })

  it.each(['[INST] hello [/INST]', '{name}, how are you?', '"Hello," he said.', '42', 'true', '{"a": 1} is what?'])(
    'takes %s as text',
    async (line) => {
      expect(await read(line)).toEqual([{ text: line }])
    },
  )

  it('takes the text of a JSON string, which may have several lines', async () => {
    expect(await read('"first\\nsecond"\n"[1, 2]"')).toEqual([{ text: 'first\nsecond' }, { text: '[1, 2]' }])
  })

  it('takes an array of messages as a chat history, with all their fields', async () => {
    const messages = [
      { role: 'developer', content: 'Be short.' },
      { role: 'user', content: [{ type: 'text', text: 'Weather?' }], name: 'Ann' },
      { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'w', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
    ]
    expect(await read(JSON.stringify(messages))).toEqual([{ messages }])
  })

  it.each([
    { messages: [{ role: 'user', content: 'hi' }], temperature: 1 },
    { prompt: 'Once upon', max_tokens: 3 },
    { prompt: [1, 2, 3] },
    { input: 'embed me' },
  ])('takes an object with an input as a whole request: %j', async (body) => {
    expect(await read(JSON.stringify(body))).toEqual([{ body }])
  })

  it.each([
    [
      '{"question":"q"}',
      'a JSON object must be a request body with "messages", "prompt", "input" or "documents"; to send it as text, write it as a JSON string',
    ],
    ['{"messages":"hi"}', 'field "messages" must be a non-empty array, got string'],
    ['{"messages":[]}', 'field "messages" must be a non-empty array, got an empty array'],
    ['[1,2]', 'field "[0]" must be a message, got number; to send it as text, write it as a JSON string'],
    ['[{"role":"user","content":"a"},{"content":"b"}]', 'field "[1].role" must be a non-empty string, got nothing'],
    ['[{"role":"user"}]', 'field "[0].content" is missing'],
    ['[]', 'the messages array is empty'],
    ['""', 'the prompt is an empty string'],
  ])('%s is refused', async (line, problem) => {
    expect(await errorOf(() => read(`fine\n${line}\n`))).toEqual({
      message: `dataset line_by_line: prompts.txt line 2: ${problem}`,
      option: 'datasetPath',
    })
  })

  it.each(['{"messages": [{"role": "user", "content": "hi"}]', '{"prompt": "a",}', '[{"role": "user", content: 1}]'])(
    'does not send a broken request as text: %s',
    async (line) => {
      expect(await messageOf(line)).toMatch(
        /^dataset line_by_line: prompts\.txt line 1: begins like a request but is not JSON: ./,
      )
    },
  )

  it('needs a file', async () => {
    expect(await errorOf(() => all(lineByLine.read(options(undefined))))).toEqual({
      message: 'option "datasetPath": dataset line_by_line needs a text file with one prompt per line; name it',
      option: 'datasetPath',
    })
  })
})
