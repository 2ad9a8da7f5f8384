/** Reads a Parquet file, one row group at a time. */
import { basename } from 'node:path'
import { ConfigError } from '../../config/index.ts'
import { requireRegular, unreadable } from '../../hub/index.ts'
import type { Row } from '../jsonl.ts'

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
