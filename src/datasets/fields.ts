/** Fields of a row that must be numbers, named with file and line where they are not. */
import { ConfigError } from '../config/index.ts'
import { kindOf, type Row } from './jsonl.ts'

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
