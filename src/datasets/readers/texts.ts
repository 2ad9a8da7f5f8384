/** The texts of a file, whatever its format: lines, JSON strings, or one field of its rows. */
import { extname } from 'node:path'
import { ConfigError } from '../../config/index.ts'
import { peek, readChunks } from '../chunks.ts'
import { splitArray } from '../jsonArray.ts'
import { kindOf, type Row, textField } from '../jsonl.ts'
import { splitLines } from '../lines.ts'
import { placeOf } from '../pieces.ts'
import { readRowsOrLines } from './rows.ts'

const OPENING_BRACKET = 0x5b
const JSON_FILES = new Set(['.json', '.jsonl', '.ndjson'])

/**
 * Streams texts. Of rows, the first of `fields` that is there counts.
 * @throws ConfigError naming the file, the line or row, and the field
 */
export async function* readTexts(path: string, dataset: string, fields: readonly string[]): AsyncGenerator<string> {
  if (!JSON_FILES.has(extname(path).toLowerCase())) {
    for await (const row of readRowsOrLines(path, dataset)) yield firstField(row, fields)
    return
  }
  const { byte, chunks } = await peek(readChunks(path, dataset))
  const split = byte === OPENING_BRACKET ? splitArray : splitLines
  for await (const { text, number } of split(chunks, path, dataset)) {
    const where = placeOf(path, dataset, number)
    const value = parse(text, where)
    if (typeof value === 'string' && value.trim() !== '') yield value
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      yield firstField({ value: value as Record<string, unknown>, where }, fields)
    else
      throw new ConfigError(
        `${where}: must be a text or an object with "${fields[0]}", got ${kindOf(value)}`,
        'datasetPath',
      )
  }
}

function firstField(row: Row, fields: readonly string[]): string {
  return textField(row, fields.find((field) => row.value[field] !== undefined) ?? fields[0]!)
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${where}: not JSON: ${(error as Error).message}`, 'datasetPath')
  }
}
