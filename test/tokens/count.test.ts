import { describe, expect, it } from 'vitest'
import { loadTokenCounter } from '../../src/tokens/index.ts'

const gpt4o = await loadTokenCounter('gpt-4o')
const gpt4 = await loadTokenCounter('gpt-4')
const gpt2 = await loadTokenCounter('gpt2')

/** Texts, messages and their counts as published in OpenAI's cookbook, "How to count tokens with tiktoken". */
describe('counts published by OpenAI', () => {
  it.each([
    ['tiktoken is great!', { o200k: 6, cl100k: 6 }],
    ['antidisestablishmentarianism', { o200k: 6, cl100k: 6, r50k: 5 }],
    ['2 + 2 = 4', { o200k: 7, cl100k: 7, r50k: 5 }],
    ['お誕生日おめでとう', { o200k: 8, cl100k: 9, r50k: 14 }],
  ])('%s', (text, published: { o200k: number; cl100k: number; r50k?: number }) => {
    expect(gpt4o.count(text)).toBe(published.o200k)
    expect(gpt4.count(text)).toBe(published.cl100k)
    if (published.r50k !== undefined) expect(gpt2.count(text)).toBe(published.r50k)
  })

  it('of chat messages, as the API itself counted them', () => {
    const example = (name: string, content: string) => ({ role: 'system', name, content })
    const messages = [
      {
        role: 'system',
        content: 'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
      },
      example('example_user', 'New synergies will help drive top-line growth.'),
      example('example_assistant', 'Things working well together will increase revenue.'),
      example(
        'example_user',
        "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
      ),
      example('example_assistant', "Let's talk later when we're less busy about how to do better."),
      {
        role: 'user',
        content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
      },
    ]
    expect(gpt4.countMessages(messages)).toBe(129)
    expect(gpt4o.countMessages(messages)).toBe(124)
  })
})

describe('count', () => {
  it('takes special tokens in a text for plain text', () => {
    // tiktoken's documentation of `encode`: [27, 91, 437, 1659, 5239, 91, 29] for GPT-2.
    expect(gpt2.count('<|endoftext|>')).toBe(7)
    for (const special of ['<|endoftext|>', '<|im_start|>', '<|endofprompt|>', '<|fim_prefix|>'])
      expect(gpt4o.count(`a ${special} b`)).toBeGreaterThan(gpt4o.count('a b') + 1)
    expect(gpt4o.countMessages([{ role: 'user', content: '<|im_end|>' }])).toBeGreaterThan(3 + 3 + 1 + 1)
  })

  it('of an empty text is 0', () => {
    expect(gpt4o.count('')).toBe(0)
  })
})

describe('countMessages', () => {
  const ROLE = 1
  const overhead = 3 + 3 + ROLE

  it('counts an empty conversation as the beginning of an answer', () => {
    expect(gpt4o.countMessages([])).toBe(3)
  })

  it('counts the texts of content parts, not the bytes of images', () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(10_000)}` } }
    const content = [{ type: 'text', text: 'tiktoken is great!' }, image, '2 + 2 = 4']
    expect(gpt4o.countMessages([{ role: 'user', content }])).toBe(overhead + 6 + 7)
  })

  it('counts name and arguments of tool calls', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'tiktoken is great!', arguments: '2 + 2 = 4' } }
    const message = { role: 'assistant', content: null, tool_calls: [call] }
    expect(gpt4o.countMessages([message])).toBe(overhead + 6 + 7)
  })
})

describe('the encoding', () => {
  it.each([
    ['qwen2.5', 'o200k_base'],
    ['', 'o200k_base'],
    ['gpt-4o-mini', 'o200k_base'],
    ['gpt-4.1', 'o200k_base'],
    ['gpt-oss-20b', 'o200k_harmony'],
    ['gpt-4', 'cl100k_base'],
    ['gpt-4-32k-0613', 'cl100k_base'],
    ['openai/gpt-3.5-turbo', 'cl100k_base'],
    ['ft:gpt-3.5-turbo-0125:us::abc', 'cl100k_base'],
    ['text-embedding-3-small', 'cl100k_base'],
    ['text-davinci-003', 'p50k_base'],
    ['gpt2', 'gpt2'],
    ['constructor', 'o200k_base'],
  ])('of model "%s" is %s', async (model, encoding) => {
    expect((await loadTokenCounter(model)).name).toBe(encoding)
  })
})
