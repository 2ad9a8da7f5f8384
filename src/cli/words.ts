/** Values of a command's own flags: a number of a kind, one of several names, name=value. */
import { ConfigError, suggestion } from '../config/index.ts'

/** What a flag may take, in the words of its error. */
const NUMBERS = {
  'a number': () => true,
  'a number, 0 or more': (value) => Number.isFinite(value) && value >= 0,
  'a positive number': (value) => Number.isFinite(value) && value > 0,
  'a whole number from 1': (value) => Number.isInteger(value) && value >= 1,
  'a number from 0 to 65535': (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
} satisfies Record<string, (value: number) => boolean>
export type NumberKind = keyof typeof NUMBERS

/**
 * @param flag without its dashes
 * @throws ConfigError when the word is no number of this kind
 */
export function readNumberFlag(flag: string, word: string, kind: NumberKind): number {
  const value = Number(word)
  if (word.trim() === '' || Number.isNaN(value) || !NUMBERS[kind](value))
    throw new ConfigError(`option --${flag}: expected ${kind}, got "${word}"`)
  return value
}

/** @throws ConfigError naming those that are known */
export function readChoice<Word extends string>(flag: string, word: string, known: readonly Word[]): Word {
  const chosen = known.find((one) => one === word)
  if (chosen === undefined) throw new ConfigError(`option --${flag}: unknown value "${word}"${suggestion(word, known)}`)
  return chosen
}

/**
 * @param option that the flag sets, for errors
 * @throws ConfigError for a word that is not `name=value`; a value may hold further `=`
 */
export function readPairs(flag: string, words: readonly string[], option?: string): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new ConfigError(`option --${flag}: expected name=value, got "${word}"`, option)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}
