/** Reads a CSV or TSV file whose first line names the columns. */
import { Readable } from 'node:stream'
import { ConfigError } from '../../config/index.ts'
import { readChunks } from '../chunks.ts'
import type { Row } from '../jsonl.ts'
import { placeOf } from '../pieces.ts'

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
