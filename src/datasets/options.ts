/** What options say to datasets: `--dataset-args` by the dataset's own schema, the text of `--prompt`, files of texts. */
import { z } from 'zod'
import { ConfigError, camelCase, type OptionName, suggestion } from '../config/index.ts'
import { readWhole, unreadable } from '../hub/index.ts'
import type { Dataset } from './dataset.ts'

export interface ArgsGiven {
  datasetArgs: Record<string, unknown>
  /** Of these, the keys that the dataset takes for itself. */
  extraArgs?: Record<string, unknown>
}

const NOTHING = z.strictObject({})

/**
 * The arguments with defaults filled in; keys are accepted in snake_case and camelCase.
 * @throws ConfigError of option `datasetArgs` naming the key that is unknown or wrong
 */
export function readDatasetArgs(dataset: Dataset, { datasetArgs, extraArgs = {} }: ArgsGiven): unknown {
  const own = Object.entries(extraArgs).filter(([key]) => dataset.extraArgs?.includes(key))
  const given = { ...Object.fromEntries(own), ...datasetArgs }
  const schema = dataset.args ?? NOTHING
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : undefined
  const parsed = schema.safeParse(known === undefined ? given : spelledAs(known, given))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const begin = `option "datasetArgs": dataset ${dataset.name}: `
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const hint = known === undefined || known.length === 0 ? '; it takes none' : suggestion(key, known)
    throw new ConfigError(`${begin}unknown key "${key}"${hint}`, 'datasetArgs')
  }
  const where = issue.path.map((part, i) =>
    typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`,
  )
  const field = where.length === 0 ? '' : `key "${where.join('')}": `
  throw new ConfigError(
    `${begin}${field}${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`,
    'datasetArgs',
  )
}

/** The keys as the schema spells them. */
function spelledAs(known: readonly string[], given: Record<string, unknown>): Record<string, unknown> {
  const spelling = new Map(known.map((key) => [camelCase(key), key]))
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [spelling.get(camelCase(key)) ?? key, value]))
}

/**
 * The text itself, or after `@` the text of a file, without the line end that editors put at its end.
 * @throws ConfigError when the file cannot be read, is not UTF-8, or when there is no text
 */
export function readPromptOption(prompt: string): string {
  if (!prompt.startsWith('@')) {
    if (prompt.trim() === '') throw new ConfigError('option "prompt": is blank; give a text or @file', 'prompt')
    return prompt
  }
  const path = prompt.slice(1)
  if (path === '') throw new ConfigError('option "prompt": after "@" comes the name of a file', 'prompt')
  const text = readTextFile(path, 'prompt').replace(/\r?\n$/, '')
  if (text.trim() === '')
    throw new ConfigError(`option "prompt": "${path}" is empty; put the prompt's text in it`, 'prompt')
  return text
}

/**
 * A whole text file named by an option.
 * @throws ConfigError when it cannot be read or is not UTF-8
 */
export function readTextFile(path: string, option: OptionName): string {
  return decode(readBytes(path, option), path, option)
}

function readBytes(path: string, option: OptionName): Buffer {
  try {
    return readWhole(path)
  } catch (error) {
    throw new ConfigError(`option "${option}": cannot read "${path}": ${unreadable(error)}`, option)
  }
}

function decode(bytes: Buffer, path: string, option: OptionName): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ConfigError(`option "${option}": "${path}" is not UTF-8 text; save it as UTF-8`, option)
  }
}
