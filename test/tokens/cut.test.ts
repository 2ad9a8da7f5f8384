import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { cutToTokens, loadTokenizer, textCutter } from '../../src/tokens/index.ts'

const data = (name: string): string => fileURLToPath(new URL(`./data/${name}`, import.meta.url))
/** The shipped questions: English and Chinese, one after the other. */
const prose = readFileSync(new URL('../../fixtures/datasets/openqa.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { question: string }).question)
  .join(' ')

describe.each([
  { model: 'gpt-4o' },
  { tokenizerPath: data('bpe') },
  { tokenizerPath: data('unigram') },
  { tokenizerPath: data('wordpiece') },
])('cut with %o', (choice) => {
  it('a text is its own beginning, of exactly the tokens asked for', async () => {
    const tokenizer = await loadTokenizer(choice)
    const all = tokenizer.count(prose)
    for (const tokens of [3, 4, 5, 10, 64, 65, 100, 101, 511, 1000]) {
      const cut = cutToTokens(tokenizer, prose, tokens)
      expect(prose.startsWith(cut)).toBe(true)
      expect(tokenizer.count(cut), `${tokens} of ${all}`).toBe(tokens)
    }
    expect(cutToTokens(tokenizer, prose, all)).toBe(prose)
    expect(cutToTokens(tokenizer, prose, all + 1)).toBe(prose)
  })

  it('a repeated text is as long as is asked for', async () => {
    const tokenizer = await loadTokenizer(choice)
    const text = 'The quick brown fox jumps over the lazy dog, and what does the dog do?'
    const cutter = textCutter(tokenizer, text, true)
    for (const tokens of [2000, 5, 500, 1999]) {
      const cut = cutter.cut(tokens)
      expect(tokenizer.count(cut)).toBe(tokens)
      expect(`${text} `.repeat(500).startsWith(cut)).toBe(true)
    }
  })
})

it('half a character is never kept', async () => {
  const tokenizer = await loadTokenizer({ model: 'gpt-4' })
  // 🙂 is two tokens of cl100k_base, so that some lengths cannot be had.
  expect(tokenizer.count('🙂')).toBeGreaterThan(1)
  const text = 'Smile 🙂🙂🙂 and 为什么 then'
  for (let tokens = 1; tokens <= tokenizer.count(text); tokens++) {
    const cut = cutToTokens(tokenizer, text, tokens)
    expect(text.startsWith(cut), cut).toBe(true)
    expect(cut.isWellFormed()).toBe(true)
    expect(tokenizer.count(cut)).toBeLessThanOrEqual(tokens)
    expect(tokenizer.count(cut)).toBeGreaterThan(tokens - tokenizer.count('🙂'))
  }
})
