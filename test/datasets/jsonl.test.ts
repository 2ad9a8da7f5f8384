import { describe, expect, it } from 'vitest'
import { longalpaca, openqa } from '../../src/datasets/published.ts'
import { all, errorOf, file, options } from './files.ts'

const questions = (content: string | Uint8Array) => all(openqa.read(options(file(content))))
const messageOf = async (content: string) => (await errorOf(() => questions(content))).message

describe('the shipped questions', () => {
  const prompts = all(openqa.read(options(undefined)))

  it('are 60 Chinese and 60 English ones, each only once', async () => {
    const texts = (await prompts).map((prompt) => ('text' in prompt ? prompt.text : ''))
    expect(texts).toHaveLength(120)
    expect(new Set(texts).size).toBe(120)
    expect(texts.filter((text) => /\p{Script=Han}/u.test(text))).toHaveLength(60)
    expect(texts.filter((text) => /^[\p{ASCII}é]+$/u.test(text))).toHaveLength(60)
  })

  it('have 8 to 60 words', async () => {
    for (const prompt of await prompts) {
      const { text } = prompt as { text: string }
      const language = /\p{Script=Han}/u.test(text) ? 'zh' : 'en'
      const segments = [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)]
      const words = segments.filter((segment) => segment.isWordLike).length
      expect(words, text).toBeGreaterThanOrEqual(8)
      expect(words, text).toBeLessThanOrEqual(60)
    }
  })
})

describe('openqa', () => {
  it('takes the question of each line and nothing else', async () => {
    expect(await questions('\ufeff{"question":"Why?","answer":"So."}\r\n\r\n{"id":2,"question":"为什么？"}')).toEqual([
      { text: 'Why?' },
      { text: '为什么？' },
    ])
  })

  it('names file, line and field of what is wrong', async () => {
    const six = '{"question":"q"}\n'.repeat(6)
    expect(await errorOf(() => questions(`${six}{"question":7}\n`))).toEqual({
      message: 'dataset openqa: questions.jsonl line 7: field "question" must be a non-empty string, got number',
      option: 'datasetPath',
    })
  })

  it.each([
    ['{"question":""}', 'an empty string'],
    ['{"question":"  "}', 'a blank string'],
    ['{"question":null}', 'null'],
    ['{"question":["q"]}', 'array'],
    ['{"question":{}}', 'object'],
    ['{}', 'nothing'],
    ['{"query":"q","answer":"a"}', 'nothing; the fields there are: query, answer'],
  ])('%s is no question', async (line, got) => {
    expect(await messageOf(line)).toBe(
      `dataset openqa: questions.jsonl line 1: field "question" must be a non-empty string, got ${got}`,
    )
  })

  it('refuses a line that is no JSON or no object', async () => {
    expect(await messageOf('\n\nWhy?\n')).toMatch(/^dataset openqa: questions\.jsonl line 3: not JSON: .*"Why\?"/)
    expect(await messageOf('{"question":"q"}\n"Why?"\n')).toBe(
      'dataset openqa: questions.jsonl line 2: must be a JSON object, got string',
    )
    expect(await messageOf('{"question":"q"}\n[]\n')).toBe(
      'dataset openqa: questions.jsonl line 2: must be a JSON object, got array',
    )
  })
})

describe('longalpaca', () => {
  it('takes the instruction of each JSONL line, or of each object of one JSON array', async () => {
    const rows = [{ instruction: 'Summarise [this], "that" \\ and {more}' }, { instruction: '总结', output: '…' }]
    const expected = rows.map(({ instruction }) => ({ text: instruction }))
    const read = (content: string) => all(longalpaca.read(options(file(content, 'long.json'))))
    expect(await read(rows.map((row) => JSON.stringify(row)).join('\n'))).toEqual(expected)
    expect(await read(JSON.stringify(rows))).toEqual(expected)
    expect(await read(`\ufeff\n${JSON.stringify(rows, null, 2)}\n`)).toEqual(expected)
  })

  it('names the line an array element begins on', async () => {
    const path = file('[\n  {"instruction": "a"},\n\n  {\n    "instruction": 4\n  }\n]', 'long.json')
    expect((await errorOf(() => all(longalpaca.read(options(path))))).message).toBe(
      'dataset longalpaca: long.json line 4: field "instruction" must be a non-empty string, got number',
    )
  })
})
