import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { readPrompts } from '../../src/datasets/index.ts'
import { standInHub } from '../hub/standIn.ts'
import { errorOf, file } from './files.ts'

const read = (given: Record<string, unknown>) => readPrompts(resolveConfig(given), 10)
const zh = JSON.stringify({
  conversation: [
    { human: '你好', assistant: '你好！' },
    { human: '再见', assistant: '' },
  ],
})

describe.each([
  ['longalpaca', 'AI-ModelScope/LongAlpaca-12k/LongAlpaca-12k.json', '[{"instruction":"Sum up"}]', { text: 'Sum up' }],
  ['openqa', 'AI-ModelScope/HC3-Chinese/open_qa.jsonl', '{"question":"为什么？"}', { text: '为什么？' }],
  ['share_gpt_zh', 'swift/sharegpt/common_zh_70k.jsonl', zh, undefined],
  ['share_gpt_en', 'swift/sharegpt/common_en_70k.jsonl', zh, undefined],
] as const)('%s', (dataset, path, content, prompt) => {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const expected = prompt ?? {
    messages: [
      { role: 'user', content: '你好' },
      { role: 'assistant', content: '你好！' },
      { role: 'user', content: '再见' },
    ],
  }

  it('comes from the hub', async () => {
    await standInHub({ [`datasets/${path}`]: content })
    expect(await read({ dataset, dataSource: 'modelscope' })).toEqual([expected])
  })

  it('is found without a network where a download from ModelScope has put it', async () => {
    const hub = await standInHub({})
    const place = join(hub.cache, 'perfgate', 'modelscope', 'datasets', path)
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, content)
    expect(await read({ dataset, dataSource: 'local' })).toEqual([expected])
  })

  it('comes from a folder that holds the published file, or from any file', async () => {
    const datasetPath = file(content, name)
    expect(await read({ dataset, datasetPath: dirname(datasetPath) })).toEqual([expected])
    expect(await read({ dataset, datasetPath: file(content, 'mine.json') })).toEqual([expected])
    const folder = dirname(file('', 'other.txt'))
    expect((await errorOf(() => read({ dataset, datasetPath: folder }))).message).toBe(
      `option "datasetPath": folder "${folder}" holds no "${name}"; put it there, or name a file`,
    )
  })

  it('says which file to put where when there is neither', async () => {
    const hub = await standInHub({})
    const { message } = await errorOf(() => read({ dataset, dataSource: 'local' }))
    expect(message).toContain(`cannot get "${name}" of dataset `)
    expect(message).toContain(`put the file at ${join(hub.cache, 'perfgate', 'huggingface', 'datasets')}`)
    const place = / put the file at (.*), or name it/.exec(message)![1]!
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, content)
    expect(await read({ dataset, dataSource: 'local' })).toEqual([expected])
  })
})

describe('share_gpt', () => {
  const prompts = (row: unknown) => read({ dataset: 'share_gpt_en', datasetPath: file(JSON.stringify(row), 'x.jsonl') })

  it('reads ShareGPT’s own form, and leaves out what follows the last question', async () => {
    const conversations = [
      { from: 'system', value: 'Be brief.' },
      { from: 'human', value: ' Hi ' },
      { from: 'gpt', value: 'Hello' },
      { from: 'gpt', value: 'again' },
    ]
    expect(await prompts({ conversations })).toEqual([
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
      },
    ])
  })

  it.each([
    [{ conversation: 'x' }, 'field "conversation" must be an array, got string; the fields there are: conversation'],
    [{ text: 'x' }, 'field "conversations" must be an array, got nothing; the fields there are: text'],
    [{ conversation: [{ human: 'a' }, 7] }, 'field "conversation[1]" must be an object, got number'],
    [{ conversation: [{ human: 7 }] }, 'field "conversation[0].human" must be a string, got number'],
    [
      { conversations: [{ from: 'cat', value: 'x' }] },
      'field "conversations[0].from" must be one of human, user, gpt, chatgpt, assistant, bing, bard, system, got "cat"',
    ],
    [{ conversations: [{ from: 'human', value: [] }] }, 'field "conversations[0].value" must be a string, got array'],
  ])('of %j names file, line and field', async (row, message) => {
    expect((await errorOf(() => prompts(row))).message).toBe(`dataset share_gpt_en: x.jsonl line 1: ${message}`)
  })
})
