/** Requests as Apache Parquet: the columns of the result DB with their types. */
import { COLUMN_TYPES } from '../../records/index.ts'
import type { ExportFormat } from './format.ts'

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
