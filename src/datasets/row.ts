/** A row of a dataset file, and its fields, named with file and line where they are not what they must be. */
import { ConfigError } from '../config/index.ts'

export interface Row {
  value: Record<string, unknown>
  /** Dataset, file and line, for messages. */
  where: string
}

/** A field that must be a non-empty text. @throws ConfigError naming file, line and field */
export function textField({ value, where }: Row, field: string): string {
  const text = value[field]
  if (typeof text === 'string' && text.trim() !== '') return text
  const present = Object.keys(value)
  const hint = text === undefined && present.length > 0 ? `; the fields there are: ${present.join(', ')}` : ''
  throw new ConfigError(
    `${where}: field "${field}" must be a non-empty string, got ${kindOf(text)}${hint}`,
    'datasetPath',
  )
}

/** What a JSON value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string')
    return value === '' ? 'an empty string' : value.trim() === '' ? 'a blank string' : 'string'
  return Array.isArray(value) ? 'array' : typeof value
}

/** @throws ConfigError naming file, line and field */
export function wholeNumber({ value, where }: Row, field: string, least: number): number {
  const number = value[field]
  if (Number.isSafeInteger(number) && (number as number) >= least) return number as number
  throw wrongField(where, field, `must be an integer of at least ${least}, got ${shown(number)}`)
}

/** @throws ConfigError naming file, line, field and element */
export function numbers({ value, where }: Row, field: string, count: number, isWhole: boolean): number[] {
  const list = value[field]
  if (!Array.isArray(list)) throw wrongField(where, field, `must be an array of numbers, got ${kindOf(list)}`)
  if (list.length !== count)
    throw wrongField(where, field, `must have ${count} elements, one for each of num_turns, got ${list.length}`)
  for (const [i, element] of list.entries())
    if (!(isWhole ? Number.isSafeInteger(element) : Number.isFinite(element)) || (element as number) < 0)
      throw wrongField(
        where,
        `${field}[${i}]`,
        `must be ${isWhole ? 'an integer' : 'a number'} of at least 0, got ${shown(element)}`,
      )
  return list as number[]
}

export function wrongField(where: string, field: string, why: string): ConfigError {
  return new ConfigError(`${where}: field "${field}" ${why}`, 'datasetPath')
}

function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? JSON.stringify(value) : kindOf(value)
}
