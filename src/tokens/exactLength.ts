/** Texts of so many tokens: made up of words that are one token each, or cut from a text. */
import type { Tokenizer } from './count.ts'

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

/** Enough that no two prompts are alike, few enough to be found in a fraction of a second. */
const WANTED = 4096
const FEWEST = 16
const WORD = /^ ?([A-Za-z]{2,})$/

/**
 * Up to 4096 words of the vocabulary, each of which is one token at the beginning of a text and after a space.
 *
 * @param random numbers from 0 to 1: the same ones lead to the same words
 * @throws Error when the vocabulary has next to none
 */
function singleTokenWords(tokenizer: Tokenizer, random: () => number): string[] {
  const words = new Set<string>()
  const size = tokenizer.vocabularySize
  // Every id once, in an order that looks random: steps of a number without a common divisor with the size.
  const step = coprimeStep(size, random)
  for (let i = 0, id = Math.floor(random() * size); i < size && words.size < WANTED; i++, id = (id + step) % size) {
    const [, word] = WORD.exec(tokenizer.tokenText(id) ?? '') ?? []
    if (word !== undefined && !words.has(word) && isSingle(tokenizer, word)) words.add(word)
  }
  if (words.size < FEWEST)
    throw new Error(
      `tokenizer ${tokenizer.name} has only ${words.size} Latin words of one token: too few for random prompts`,
    )
  return [...words]
}

function isSingle(tokenizer: Tokenizer, word: string): boolean {
  return tokenizer.encode(word).length === 1 && tokenizer.encode(`${word} ${word}`).length === 2
}

function coprimeStep(size: number, random: () => number): number {
  let step = 1 + Math.floor(random() * Math.max(1, size - 1))
  while (divisor(step, size) !== 1) step++
  return step
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}

export interface TextCutter {
  /**
   * The longest beginning of at most `tokens` tokens: exactly as many, unless a character of several tokens is in the
   * way. Never half a character.
   */
  cut(tokens: number): string
}

/**
 * Between two words tokenizers begin anew, so that the tokens of the parts of a text, cut there, add up; a part has at
 * least this many characters.
 */
const PART_CHARACTERS = 256
const LONGEST_WORD = 32
const BETWEEN_WORDS = /(?<=\S) (?=\S)/g

/** @param repeated the text is followed by itself, again and again, for as long as more of it is asked for */
export function textCutter(tokenizer: Tokenizer, text: string, repeated = false): TextCutter {
  let whole = text
  const ends: number[] = []
  const sums: number[] = []
  const counted = (): number => sums.at(-1) ?? 0
  const countOn = (): boolean => {
    const start = ends.at(-1) ?? 0
    if (start >= whole.length) {
      if (!repeated || text.trim() === '') return false
      whole += /\s$/.test(text) ? text : ` ${text}`
    }
    BETWEEN_WORDS.lastIndex = start + PART_CHARACTERS
    const end = BETWEEN_WORDS.exec(whole)?.index ?? whole.length
    sums.push(counted() + tokenizer.count(whole.slice(start, end)))
    ends.push(end)
    return true
  }
  return {
    cut(tokens) {
      while (counted() <= tokens) if (!countOn()) return whole
      const at = firstAbove(sums, tokens)
      const start = at === 0 ? 0 : ends[at - 1]!
      const room = tokens - (at === 0 ? 0 : sums[at - 1]!)
      return whole.slice(0, start) + beginning(tokenizer, whole.slice(start, ends[at]), room)
    },
  }
}

/** As `textCutter(tokenizer, text).cut(tokens)`, for a text that is cut once. */
export function cutToTokens(tokenizer: Tokenizer, text: string, tokens: number): string {
  const cutter = textCutter(tokenizer, text)
  for (let wanted = tokens; wanted > 0; wanted--) {
    const cut = cutter.cut(wanted)
    // Where the parts do not add up after all, a shorter beginning is within the limit.
    if (tokenizer.count(cut) <= tokens) return cut
  }
  return ''
}

function beginning(tokenizer: Tokenizer, part: string, tokens: number): string {
  const fits = (length: number): boolean => tokenizer.count(part.slice(0, whole(part, length))) <= tokens
  let low = 0
  let high = part.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (fits(middle)) low = middle
    else high = middle
  }
  // A word may be one token where the half of it is two: the ones just beyond may fit again.
  const longest = Math.min(part.length, low + LONGEST_WORD)
  for (let length = low + 1; length <= longest; length++) if (fits(length)) low = length
  return part.slice(0, whole(part, low))
}

/** A place that is not between the halves of a surrogate pair. */
function whole(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}

function firstAbove(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! > limit) high = middle
    else low = middle + 1
  }
  return low
}
