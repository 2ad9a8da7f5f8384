/** Texts that a tokenizer encodes to exactly so many tokens. */
import type { Tokenizer } from './tokenizer.ts'
import { singleTokenWords } from './words.ts'

export interface TextMaker {
  /**
   * A text of exactly `tokens` tokens; after `prefix` (of this maker) its tokens follow the prefix's own, which are
   * counted in.
   * @throws Error when the tokenizer merges words in a way that no attempt comes out right
   */
  make(tokens: number, random: () => number, prefix?: string): string
}

const ATTEMPTS = 20

/** @throws Error when the vocabulary has too few words of one token */
export function textMaker(tokenizer: Tokenizer, random: () => number): TextMaker {
  const words = singleTokenWords(tokenizer, random)
  const draw = (draws: () => number): string => words[Math.floor(draws() * words.length)]!
  return {
    make(tokens, draws, prefix = '') {
      if (tokens <= 0) return ''
      const begin = prefix === '' ? [] : prefix.split(' ')
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const text = [...begin]
        while (text.length < tokens) text.push(draw(draws))
        // Each word is one token; where two of them make up another number, as many are taken away or added.
        for (let round = 0; round < ATTEMPTS && text.length > begin.length; round++) {
          const excess = tokenizer.encode(text.join(' ')).length - tokens
          if (excess === 0) return text.join(' ')
          if (excess > 0) text.length = Math.max(begin.length, text.length - excess)
          else for (let i = 0; i < -excess; i++) text.push(draw(draws))
        }
        if (text.length === begin.length && tokenizer.encode(prefix).length === tokens) return prefix
      }
      throw new Error(`tokenizer ${tokenizer.name} gave no text of exactly ${tokens} tokens in ${ATTEMPTS} attempts`)
    },
  }
}
