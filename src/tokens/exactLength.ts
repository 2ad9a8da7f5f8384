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

/**
 * The beginning of a text that is at most `tokens` tokens long, and as near to it as the tokenizer allows: a text cut
 * between tokens may be encoded to fewer, or more, than it was cut from.
 */
export function cutToTokens(tokenizer: Tokenizer, text: string, tokens: number): string {
  const ids = tokenizer.encode(text)
  if (ids.length <= tokens) return text
  for (let kept = tokens; kept > 0; kept--) {
    // Half a character at the end decodes to the replacement character: no text of the user's.
    const cut = tokenizer.decode(ids.slice(0, kept)).replace(/\uFFFD+$/u, '')
    if (tokenizer.encode(cut).length <= tokens) return cut
  }
  return ''
}
