/** The beginning of a text that is so many tokens long, cut from the text itself: decoding tokens may change it. */
import type { Tokenizer } from './tokenizer.ts'

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
