import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/random/index.ts'
import { loadTokenizer, textMaker } from '../../src/tokens/index.ts'

const data = (name: string): string => fileURLToPath(new URL(`./data/${name}`, import.meta.url))
const choices = [
  { model: 'gpt-4o' },
  { model: 'gpt-4' },
  { tokenizerPath: data('bpe') },
  { tokenizerPath: data('unigram') },
  { tokenizerPath: data('wordpiece') },
]

describe.each(choices)('texts by %o', (choice) => {
  const tokenizer = loadTokenizer(choice)

  it('are encoded to exactly as many tokens as asked for, 1 to 2000', async () => {
    const loaded = await tokenizer
    const { make } = textMaker(loaded, seeded(1))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(), (tokens, seed) => {
        const text = make(tokens, seeded(seed))
        expect(loaded.encode(text)).toHaveLength(tokens)
        expect(text).toBe(text.trim())
      }),
      {
        numRuns: 30,
        examples: [
          [1, 0],
          [2, 0],
          [3, 0],
        ],
      },
    )
  })

  it('begin with the very tokens of a shared prefix, and differ after it', async () => {
    const loaded = await tokenizer
    const { make } = textMaker(loaded, seeded(1))
    const prefix = make(40, seeded(7))
    const texts = [1, 2, 3].map((seed) => make(100, seeded(seed), prefix))
    for (const text of texts) {
      expect(loaded.encode(text)).toHaveLength(100)
      expect(loaded.encode(text).slice(0, 40)).toEqual(loaded.encode(prefix))
    }
    expect(new Set(texts).size).toBe(3)
  })

  it('are the same for the same seed', async () => {
    const loaded = await tokenizer
    const make = (seed: number): string => textMaker(loaded, seeded(seed)).make(50, seeded(9))
    expect(make(1)).toBe(make(1))
  })
})
