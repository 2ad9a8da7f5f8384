/** Words that are one token each, wherever they stand: what prompts of an exact length are made of. */
import type { Tokenizer } from './tokenizer.ts'

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
export function singleTokenWords(tokenizer: Tokenizer, random: () => number): string[] {
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
