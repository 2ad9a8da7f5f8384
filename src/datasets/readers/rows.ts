/** The rows of a dataset file, whatever its format; the file name's extension says which. */
import { extname } from 'node:path'
import { type Row, readJsonl } from '../jsonl.ts'
import { readLines } from '../lines.ts'
import { placeOf } from '../pieces.ts'
import { readArrow } from './arrow.ts'
import { readCsv } from './csv.ts'
import { readParquet } from './parquet.ts'

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
