/** Exports of requests against the result DB, row by row and column by column. */
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { parse } from 'csv-parse/sync'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { COLUMN_NAMES, COLUMN_TYPES, type StoredRequest } from '../../src/records/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { type MadeDb, madeDb } from './madeDb.ts'
import { failedRow, madeRow } from './rows.ts'

async function exported({ db }: MadeDb, format: string): Promise<Buffer> {
  const world = fakeWorld()
  expect(await main(['export', db, '--format', format], world), world.err()).toBe(0)
  return readFileSync(world.out().trim())
}

/** A value of its own in each column, the largest that a JSON number holds exactly among them. */
const full = Object.fromEntries(
  COLUMN_NAMES.map((name, i) => {
    const value = { INTEGER: Number.MAX_SAFE_INTEGER - i, REAL: 1 / (i + 3), TEXT: `${name} "ü😀"\n\0 ${i}` }
    return [name, value[COLUMN_TYPES[name]]]
  }),
) as StoredRequest
const empty = Object.fromEntries(COLUMN_NAMES.map((name) => [name, null])) as StoredRequest
const blank = Object.fromEntries(
  COLUMN_NAMES.map((name) => [name, COLUMN_TYPES[name] === 'TEXT' ? '' : 0]),
) as StoredRequest

/** What SQLite itself says: columns with their types, and rows. */
function stored({ db: path }: MadeDb): { columns: { name: string; type: string }[]; rows: Record<string, unknown>[] } {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const columns = db.prepare('PRAGMA table_info(result)').all() as { name: string; type: string }[]
    return {
      columns,
      rows: db
        .prepare('SELECT * FROM result')
        .all()
        .map((row) => ({ ...row })),
    }
  } finally {
    db.close()
  }
}

const made = madeDb([full, empty, blank, madeRow(3), failedRow(4, 'busy')])

test('CSV has every column of the DB, and every value of it: texts whole, NULL apart from the empty text', async () => {
  const { columns, rows } = stored(made)
  const [head, ...lines] = parse(await exported(made, 'csv'), {
    // RFC 4180 has no NULL: here it is the field without quotes and without anything in it.
    cast: (text, { quoting }) => (text === '' && !quoting ? null : text),
  }) as (string | null)[][]
  expect(head).toEqual(columns.map(({ name }) => name))
  expect(lines).toEqual(rows.map((row) => columns.map(({ name }) => (row[name] === null ? null : String(row[name])))))
})

describe('Parquet', () => {
  test('has every column of the DB with its type, and every value of it: full, empty and NULL', async () => {
    const bytes = await exported(made, 'parquet')
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    const { columns, rows } = stored(made)
    const types = { INTEGER: 'INT64', REAL: 'DOUBLE', TEXT: 'BYTE_ARRAY' } as Record<string, string>
    const { schema, num_rows } = parquetMetadata(file)
    expect(schema.slice(1).map(({ name, type }) => [name, type])).toEqual(
      columns.map(({ name, type }) => [name, types[type]]),
    )
    expect(num_rows).toBe(5n)
    const read = (await parquetReadObjects({ file })).map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : (value ?? null)]),
      ),
    )
    expect(read).toEqual(rows)
    expect(read[0]).toEqual(full)
  })
})
