/** Reads a file with one JSON object per line. */
import { basename } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { readLines } from './lines.ts'

export interface Row {
  value: Record<string, unknown>
  /** File and line, for messages. */
  where: string
}

/** @throws ConfigError naming file and line of what is not a JSON object */
export async function* readJsonl(path: string, dataset: string): AsyncGenerator<Row> {
  for await (const { text, number } of readLines(path, dataset)) {
    const where = `dataset ${dataset}: ${basename(path)} line ${number}`
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      throw new ConfigError(`${where}: not JSON: ${(error as Error).message}`, 'datasetPath')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ConfigError(`${where}: expected a JSON object`, 'datasetPath')
    yield { value: value as Record<string, unknown>, where }
  }
}

/** A field that must be a non-empty text. @throws ConfigError naming file, line and field */
export function textField({ value, where }: Row, field: string): string {
  const text = value[field]
  if (typeof text === 'string' && text.trim() !== '') return text
  const got = text === undefined ? 'nothing' : text === '' ? 'an empty string' : text === null ? 'null' : typeof text
  throw new ConfigError(`${where}: field "${field}" must be a non-empty string, got ${got}`, 'datasetPath')
}
