/** Reads tables row by row: CSV and TSV, whose first line names the columns, and Parquet. */
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { ConfigError } from '../config/index.ts'
import { requireRegular, unreadable } from '../hub/index.ts'
import { placeOf, readChunks } from './pieces.ts'
import type { Row } from './row.ts'

/**
 * Streams the records as objects of texts. Quoting is that of RFC 4180: a quoted field may hold line ends.
 * @throws ConfigError when the file cannot be read, or naming file and line of a record that is malformed
 */
export async function* readCsv(path: string, dataset: string, delimiter: ',' | '\t'): AsyncGenerator<Row> {
  const { CsvError, parse } = await import('csv-parse')
  const chunks = readChunks(path, dataset)
  const source = Readable.from(chunks)
  const parser = parse({
    columns: true,
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    info: true,
    skip_empty_lines: true,
    max_record_size: 64 * 1024 * 1024,
  })
  // `pipe` forwards no errors: an unreadable file must end the reading of the parser.
  source.once('error', (error) => parser.destroy(error))
  source.pipe(parser)
  // The line a record begins on: after the one the record before it ended on.
  let line = 2
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      yield { value: record, where: placeOf(path, dataset, line) }
      line = info.lines + 1
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new ConfigError(`${placeOf(path, dataset, error.lines as number)}: not CSV: ${error.message}`, 'datasetPath')
  } finally {
    source.destroy()
    // The stream closes the file in its own time; here it is closed when the reading has ended.
    await chunks.return(undefined)
  }
}

interface Parsed {
  record: Record<string, string>
  info: { lines: number }
}

/** Rows decoded at once within a row group: a group may hold millions. */
const ROWS_AT_ONCE = 1000

/**
 * Streams the rows as plain objects.
 * @throws ConfigError when the file cannot be read or is no Parquet
 */
export async function* readParquet(path: string, dataset: string): AsyncGenerator<Row> {
  const [{ asyncBufferFromFile, cachedAsyncBuffer, parquetMetadataAsync, parquetReadObjects }, { compressors }] =
    await Promise.all([import('hyparquet'), import('hyparquet-compressors')])
  const name = basename(path)
  const fail = (error: unknown): never => {
    throw new ConfigError(`dataset ${dataset}: ${name}: not Parquet: ${(error as Error).message}`, 'datasetPath')
  }
  const cannotRead = (error: unknown): never => {
    throw new ConfigError(
      `option "datasetPath": cannot read "${path}" for dataset ${dataset}: ${unreadable(error)}`,
      'datasetPath',
    )
  }
  try {
    requireRegular(path)
  } catch (error) {
    cannotRead(error)
  }
  const file = await asyncBufferFromFile(path).catch(cannotRead)
  const metadata = await parquetMetadataAsync(file).catch(fail)
  let groupStart = 0
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows)
    // Each slice of a group reads the same column chunks again: from memory, not from disk.
    const buffer = cachedAsyncBuffer(file)
    for (let start = groupStart; start < groupEnd; start += ROWS_AT_ONCE) {
      const rowEnd = Math.min(start + ROWS_AT_ONCE, groupEnd)
      const rows = await parquetReadObjects({ file: buffer, metadata, compressors, rowStart: start, rowEnd }).catch(
        fail,
      )
      for (const [i, value] of rows.entries())
        yield { value, where: `dataset ${dataset}: ${name} row ${start + i + 1}` }
    }
    groupStart = groupEnd
  }
}
