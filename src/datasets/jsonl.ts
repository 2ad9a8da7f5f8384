/** Reads a file with one JSON object per line, or with one JSON array of objects. */
import { ConfigError } from '../config/index.ts'
import { peek, readChunks } from './chunks.ts'
import { splitArray } from './jsonArray.ts'
import { splitLines } from './lines.ts'
import { type Piece, placeOf } from './pieces.ts'

export interface Row {
  value: Record<string, unknown>
  /** Dataset, file and line, for messages. */
  where: string
}

const OPENING_BRACKET = 0x5b

/** @throws ConfigError when the file cannot be read, or naming file and line of what is not a JSON object */
export async function* readJsonl(path: string, dataset: string): AsyncGenerator<Row> {
  const { byte, chunks } = await peek(readChunks(path, dataset))
  const split = byte === OPENING_BRACKET ? splitArray : splitLines
  for await (const piece of split(chunks, path, dataset)) yield rowOf(piece, placeOf(path, dataset, piece.number))
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

function rowOf({ text }: Piece, where: string): Row {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${where}: not JSON: ${(error as Error).message}`, 'datasetPath')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`${where}: must be a JSON object, got ${kindOf(value)}`, 'datasetPath')
  return { value: value as Record<string, unknown>, where }
}
