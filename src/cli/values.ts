/** From the words given for an option to its value, or an error that names the flag. */
import { readFileSync } from 'node:fs'
import {
  ConfigError,
  type FlagKind,
  type OptionName,
  optionMeta,
  options,
  type PlanName,
  rejectFlags,
} from '../config/index.ts'
import { gateKindOf, gateRecord } from '../gates/index.ts'
import { flagName, optionOfFlag, readPairs, type Words } from './flags.ts'

/**
 * @param plan that the options are for, where it is another than a run's
 * @throws ConfigError naming the flag, when its words cannot be read as what it takes, or the plan cannot do it
 */
export function valuesOf(words: Words, plan?: PlanName): Record<string, unknown> {
  const values = Object.fromEntries([...words].map(([name, given]) => [name, readValue(name, given)]))
  if (plan !== undefined) rejectFlags(plan, values, flagName)
  return values
}

function readValue(name: OptionName, words: readonly string[]): unknown {
  const { kind } = optionMeta(name)
  if (kind !== 'switch') for (const word of words) refuseFlag(name, word)
  return READERS[kind](name, words)
}

/** Where one value is wanted and several are given, the last wins, so that a flag added to a script's own takes effect. */
const READERS: Record<FlagKind, (name: OptionName, words: readonly string[]) => unknown> = {
  string: (name, words) => textOrNumber(name, words.at(-1)!),
  number: (name, words) => readNumber(name, words.at(-1)!),
  numbers: (name, words) =>
    oneOrMany(
      name,
      words.flatMap((word) => word.split(',')).map((word) => readNumber(name, word)),
    ),
  strings: readStrings,
  switch: (name, words) => readSwitch(name, words.at(-1)!),
  pairs: (name, words) => readPairs(flagName(name), words, name),
  json: (name, words) => readJson(name, words.at(-1)!),
}

function readStrings(name: OptionName, words: readonly string[]): unknown {
  const kind = gateKindOf(name)
  return kind === undefined ? oneOrMany(name, words) : gateRecord(kind, words)
}

/** A word stays text, unless the option takes numbers and not this text, as `workers` does. */
function textOrNumber(name: OptionName, word: string): string | number {
  if (accepts(name, word)) return word
  const number = Number(word)
  return word.trim() !== '' && accepts(name, number) ? number : word
}

/** A number, or the word `none` where the option takes it. */
function readNumber(name: OptionName, word: string): number | 'none' {
  const takesNone = accepts(name, 'none')
  if (takesNone && word === 'none') return word
  const number = Number(word)
  if (word.trim() === '' || Number.isNaN(number))
    throw wrong(name, `expected a number${takesNone ? ' or none' : ''}, got "${word}"`)
  return number
}

/** One value of a list is given as such, unless the option takes lists only. */
function oneOrMany<T>(name: OptionName, values: readonly T[]): T | readonly T[] {
  return values.length === 1 && (accepts(name, values[0]) || !accepts(name, values)) ? values[0]! : values
}

function readSwitch(name: OptionName, word: string): boolean {
  const known: Record<string, boolean> = {
    true: true,
    false: false,
    yes: true,
    no: false,
    on: true,
    off: false,
    1: true,
    0: false,
  }
  const value = Object.hasOwn(known, word.toLowerCase()) ? known[word.toLowerCase()] : undefined
  if (value === undefined) throw wrong(name, `expected true or false, or nothing after it, got "${word}"`)
  return value
}

function readJson(name: OptionName, word: string): unknown {
  const isFile = word.startsWith('@')
  const text = isFile ? readText(name, word.slice(1)) : word
  try {
    return JSON.parse(text)
  } catch (error) {
    const where = isFile ? `file "${word.slice(1)}" is not JSON` : 'expected JSON, or @file with JSON in it'
    throw wrong(name, `${where}: ${(error as Error).message}`)
  }
}

function readText(name: OptionName, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw wrong(name, `cannot read the file: ${(error as Error).message}`)
  }
}

/** `--model --url …` lacks a model: no value looks like one of our flags. */
function refuseFlag(name: OptionName, word: string): void {
  const [, flag] = /^--([\w-]+)$/.exec(word) ?? []
  if (flag !== undefined && optionOfFlag(flag) !== undefined)
    throw wrong(name, `expected a value, got the flag ${word}`)
}

function accepts(name: OptionName, value: unknown): boolean {
  return options.shape[name].safeParse(value).success
}

function wrong(name: OptionName, why: string): ConfigError {
  return new ConfigError(`option --${flagName(name)}: ${why}`, name)
}
