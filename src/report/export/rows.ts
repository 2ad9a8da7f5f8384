/** Requests as rows with the columns of the result DB: comma-separated values (RFC 4180) and Apache Parquet. */
import { COLUMN_NAMES, COLUMN_TYPES, type StoredRequest } from '../../records/index.ts'
import type { ReportRun } from '../runSet.ts'
import type { ExportFormat } from './format.ts'

/** NULL is an empty field. */
export const csv: ExportFormat = {
  name: 'csv',
  description: 'requests, one a line, with the columns of the result DB',
  joins: false,
  needsRequests: true,
  write: ([run]) => [{ ending: '.csv', content: lines(run!) }],
}

function* lines({ requests }: ReportRun): Generator<string> {
  yield `${COLUMN_NAMES.join(',')}\r\n`
  for (const row of requests!({ withoutTexts: false }))
    yield `${COLUMN_NAMES.map((name) => field(row, name)).join(',')}\r\n`
}

function field(row: StoredRequest, name: (typeof COLUMN_NAMES)[number]): string {
  const value = row[name]
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // An empty text is quoted: unquoted it would be NULL.
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

const TYPES = { INTEGER: 'INT64', REAL: 'DOUBLE', TEXT: 'STRING' } as const

export const parquet: ExportFormat = {
  name: 'parquet',
  description: 'requests as Apache Parquet, with the columns of the result DB',
  joins: false,
  needsRequests: true,
  async write([run]) {
    const { parquetWriteBuffer } = await import('hyparquet-writer')
    const rows = [...run!.requests!({ withoutTexts: false })]
    const columnData = Object.entries(COLUMN_TYPES).map(([name, type]) => ({
      name,
      type: TYPES[type],
      nullable: true,
      data: rows.map((row) => {
        const value = row[name as keyof typeof COLUMN_TYPES]
        return value !== null && type === 'INTEGER' ? BigInt(value) : value
      }),
    }))
    return [{ ending: '.parquet', content: new Uint8Array(parquetWriteBuffer({ columnData })) }]
  },
}
