import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { type Prompt, readPrompts } from '../../src/datasets/index.ts'
import { loadTokenizer } from '../../src/tokens/index.ts'
import { errorOf, file, textsOf } from './files.ts'

const tokenizerPath = fileURLToPath(new URL('../tokens/data/bpe', import.meta.url))
const tokenizer = await loadTokenizer({ tokenizerPath })
const url = 'http://127.0.0.1:1/v1/completions'
const chatUrl = 'http://127.0.0.1:1/v1/chat/completions'
const questions = [
  'Why?',
  'How does it work, and why?',
  'What would you say to someone who runs a small bakery in the city?',
]
const datasetPath = (texts = questions): string =>
  file(texts.map((question) => JSON.stringify({ question })).join('\n'))
const read = (given: Record<string, unknown>): Promise<Prompt[]> =>
  readPrompts(resolveConfig({ url, datasetPath: datasetPath(), ...given }), 100)

describe('minPromptLength and maxPromptLength', () => {
  it('leave out by characters without a tokenizer, and say how many', async () => {
    const notices: string[] = []
    const config = resolveConfig({ datasetPath: datasetPath(), minPromptLength: 4, maxPromptLength: 26 })
    expect(textsOf(await readPrompts(config, 10, (text) => notices.push(text)))).toEqual(questions.slice(0, 2))
    expect(notices).toEqual(['dataset openqa: left out 1 prompts for their length'])
  })

  it('leave out by tokens with a tokenizer, which on chat are those of the template as well', async () => {
    const plain = tokenizer.count(questions[1]!)
    const templated = tokenizer.countMessages([{ role: 'user', content: questions[1] }])
    expect(templated).toBeGreaterThan(plain)
    const only = (length: number, given: Record<string, unknown>) =>
      read({ tokenizerPath, minPromptLength: length, maxPromptLength: length, ...given })
    expect(textsOf(await only(plain, {}))).toEqual([questions[1]])
    expect(textsOf(await only(templated, { url: chatUrl }))).toEqual([questions[1]])
    expect(textsOf(await only(plain, { url: chatUrl, applyChatTemplate: false }))).toEqual([questions[1]])
  })

  it('that leave out everything are named', async () => {
    expect((await errorOf(() => read({ minPromptLength: 1000 }))).message).toMatch(
      /^option "maxPromptLength": all 3 prompts of ".*" are left out for their length; see minPromptLength/,
    )
  })
})

describe('target_input_len', () => {
  it('cuts longer prompts to exactly so many tokens, and keeps shorter ones', async () => {
    const texts = textsOf(await read({ tokenizerPath, datasetArgs: { target_input_len: 6 } }))
    expect(texts[0]).toBe(questions[0])
    for (const [i, text] of texts.slice(1).entries()) {
      expect(questions[i + 1]!.startsWith(text)).toBe(true)
      expect(tokenizer.count(text)).toBe(6)
    }
  })

  it('in mode drop leaves shorter ones out', async () => {
    const texts = textsOf(await read({ tokenizerPath, datasetArgs: { target_input_len: 6, input_len_mode: 'drop' } }))
    expect(texts).toHaveLength(2)
    for (const text of texts) expect(tokenizer.count(text)).toBe(6)
  })

  it('cuts the last message of a conversation', async () => {
    const conversation = [
      { human: 'Hi', assistant: 'Hello' },
      { human: questions[2], assistant: '' },
    ]
    const path = file(JSON.stringify({ conversation }))
    const [prompt] = await read({
      dataset: 'share_gpt_en',
      datasetPath: path,
      tokenizerPath,
      datasetArgs: { targetInputLen: 5 },
    })
    const { messages } = prompt as { messages: { role: string; content: string }[] }
    expect(messages.slice(0, 2)).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ])
    expect(tokenizer.count(messages[2]!.content)).toBe(5)
  })

  it('cannot be had of whole bodies, nor without a tokenizer', async () => {
    const path = file('{"messages":[{"role":"user","content":"x"}]}', 'prompts.txt')
    const given = { dataset: 'line_by_line', datasetPath: path, datasetArgs: { target_input_len: 5 } }
    expect((await errorOf(() => read({ ...given, tokenizerPath }))).message).toContain(
      'cannot be had of whole request bodies',
    )
    expect((await errorOf(() => read(given))).message).toContain('name the tokenizer with tokenizerPath')
  })
})

describe('prefix_file', () => {
  const book = 'It was a bright day in the city, and the small bakery had bread for everyone who came to ask why. '
  const args = { target_input_len: 120, prefix_file: '' }
  const withPrefix = (given: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    read({ tokenizerPath, datasetArgs: { ...args, prefix_file: file(book, 'book.txt'), ...more }, ...given })

  it('fills a chat up to the target with a system message, repeating a short text', async () => {
    const prompts = (await withPrefix({ url: chatUrl })) as { messages: { role: string; content: string }[] }[]
    for (const [i, { messages }] of prompts.entries()) {
      expect(messages.map(({ role }) => role)).toEqual(['system', 'user'])
      expect(messages[1]!.content).toBe(questions[i])
      expect(book.repeat(9).startsWith(messages[0]!.content)).toBe(true)
      expect(tokenizer.count(messages[0]!.content) + tokenizer.count(messages[1]!.content)).toBe(120)
    }
  })

  it('goes before the text with prefix_role user, and on completions', async () => {
    for (const given of [{ url }, { url: chatUrl }]) {
      const texts = textsOf(await withPrefix(given, { prefix_role: 'user' }))
      for (const [i, text] of texts.entries()) {
        expect(text.endsWith(questions[i]!)).toBe(true)
        expect(text.startsWith(book.slice(0, 50))).toBe(true)
        // Prefix and prompt are counted apart: at the seam a token may be more or less.
        expect(Math.abs(tokenizer.count(text) - 120)).toBeLessThanOrEqual(1)
      }
    }
    expect(textsOf(await withPrefix({ url }))).toEqual(textsOf(await withPrefix({ url }, { prefix_role: 'user' })))
  })

  it.each([
    [{ prefix_file: 'x' }, 'key "prefix_file": needs target_input_len'],
    [
      { prefix_file: 'x', target_input_len: 5, input_len_mode: 'drop' },
      'key "input_len_mode": cannot be "drop" with prefix_file',
    ],
    [{ target_input_len: 0 }, 'key "target_input_len": too small'],
    [{ target_input_length: 5 }, 'unknown key "target_input_length", did you mean "target_input_len"?'],
    [{ prefix_file: '/nowhere/book.txt', target_input_len: 5 }, 'cannot read "/nowhere/book.txt": no such file'],
  ])('refuses %o', async (datasetArgs, message) => {
    const error = await errorOf(() => read({ tokenizerPath, datasetArgs }))
    expect(error.message).toContain(message)
    expect(error.option).toBe('datasetArgs')
  })

  it('refuses arguments of a dataset that has none', async () => {
    expect((await errorOf(() => read({ dataset: 'random', datasetArgs: { x: 1 } }))).message).toBe(
      'option "datasetArgs": dataset random: unknown key "x"; it takes none',
    )
  })
})

describe('tokenizePrompt and applyChatTemplate', () => {
  it('give the tokenizer’s ids of the text, in its template where one is asked for', async () => {
    const [plain] = await read({ tokenizerPath, tokenizePrompt: true })
    expect(plain!.tokenIds).toEqual(tokenizer.encode(questions[0]!))
    const templated = tokenizer.encode(tokenizer.renderChat!([{ role: 'user', content: questions[0] }]))
    const [asked] = await read({ tokenizerPath, tokenizePrompt: true, applyChatTemplate: true })
    expect(asked!.tokenIds).toEqual(templated)
    const [chat] = await read({ tokenizerPath, tokenizePrompt: true, url: chatUrl })
    expect(chat!.tokenIds).toEqual(templated)
  })

  it('on completions the template’s text is the prompt', async () => {
    const [prompt] = await read({ tokenizerPath, applyChatTemplate: true })
    expect(prompt).toEqual({ text: `<|im_start|>user\n${questions[0]}<|im_end|>\n<|im_start|>assistant\n` })
  })

  it('need a tokenizer, one with a template, and texts', async () => {
    expect((await errorOf(() => read({ tokenizePrompt: true }))).message).toBe(
      'option "tokenizePrompt": needs the model\'s tokenizer; name it with tokenizerPath',
    )
    const unigram = fileURLToPath(new URL('../tokens/data/unigram', import.meta.url))
    expect((await errorOf(() => read({ tokenizerPath: unigram, applyChatTemplate: true }))).message).toMatch(
      /^option "applyChatTemplate": tokenizer .* has no chat template; put chat_template\.jinja beside it$/,
    )
    const given = { tokenizerPath, tokenizePrompt: true, dataset: 'random_vl', maxPromptLength: 5 }
    expect((await errorOf(() => read(given))).message).toContain('images cannot be token ids')
  })

  it('gpt-tokenizer serves for the models it knows', async () => {
    const [prompt] = await read({ model: 'gpt-4', tokenizePrompt: true })
    expect(prompt!.tokenIds).toEqual((await loadTokenizer({ model: 'gpt-4' })).encode(questions[0]!))
  })
})
