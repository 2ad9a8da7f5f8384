/** The rows or texts of a dataset file, whatever its format; the file name's extension says which. */
import { extname } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { readArrow } from './arrow.ts'
import { type Piece, placeOf, readLines, readPieces } from './pieces.ts'
import { kindOf, type Row, textField } from './row.ts'
import { readCsv, readParquet } from './tables.ts'

/** By extension; every other file is JSON lines or a JSON array, which tell themselves apart. */
const READERS: Record<string, (path: string, dataset: string) => AsyncGenerator<Row>> = {
  '.csv': (path, dataset) => readCsv(path, dataset, ','),
  '.tsv': (path, dataset) => readCsv(path, dataset, '\t'),
  '.parquet': readParquet,
  '.arrow': readArrow,
  '.feather': readArrow,
  '.ipc': readArrow,
}

/** True for a file whose name says that it is a table, rather than JSON or lines. */
export function isTable(path: string): boolean {
  return Object.hasOwn(READERS, extname(path).toLowerCase())
}

/**
 * Streams the rows of a file of objects.
 * @throws ConfigError naming the file, and the line or row that is wrong
 */
export function readRows(path: string, dataset: string): AsyncGenerator<Row> {
  return (READERS[extname(path).toLowerCase()] ?? readJsonl)(path, dataset)
}

/** As `readRows`, but of a text file (`.txt`) each line is a row whose only field is `text`. */
export async function* readRowsOrLines(path: string, dataset: string): AsyncGenerator<Row> {
  if (extname(path).toLowerCase() !== '.txt') yield* readRows(path, dataset)
  else
    for await (const { text, number } of readLines(path, dataset))
      yield { value: { text }, where: placeOf(path, dataset, number) }
}

/**
 * Streams the JSON objects of a file, one a line or in one JSON array.
 * @throws ConfigError when the file cannot be read, or naming file and line of what is not a JSON object
 */
export async function* readJsonl(path: string, dataset: string): AsyncGenerator<Row> {
  for await (const piece of readPieces(path, dataset)) yield rowOf(piece, placeOf(path, dataset, piece.number))
}

function rowOf({ text }: Piece, where: string): Row {
  const value = parseJson(text, where)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`${where}: must be a JSON object, got ${kindOf(value)}`, 'datasetPath')
  return { value: value as Record<string, unknown>, where }
}

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
  for await (const { text, number } of readPieces(path, dataset)) {
    const where = placeOf(path, dataset, number)
    const value = parseJson(text, where)
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

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${where}: not JSON: ${(error as Error).message}`, 'datasetPath')
  }
}
