/** Exports of requests against the result DB, row by row and column by column. */
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { parse } from 'csv-parse/sync'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { COLUMN_NAMES, COLUMN_TYPES, type StoredRequest } from '../../src/store/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { readLog } from './hlogReader.ts'
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

describe('the HdrHistogram log', () => {
  /** Requests that end over four seconds: request i starts at i × 10 ms. */
  const rows = Array.from({ length: 400 }, (_, i) => (i % 50 === 7 ? failedRow(i, 'busy') : madeRow(i)))
  const succeeded = rows.filter(({ success }) => success === 1)

  test('has each request in the second in which it ended, to a thousandth of its time', async () => {
    const { startSeconds, intervals } = readLog((await exported(madeDb(rows), 'hlog')).toString())
    expect(startSeconds).toBe(1_764_000_000)
    const metrics = { latency: 'latency', ttft: 'time_to_first_token', tpot: 'time_per_output_token' } as const
    for (const [tag, column] of Object.entries(metrics)) {
      const of = intervals.filter((one) => one.tag === tag)
      expect(of.map((one) => [one.startSeconds, one.lengthSeconds])).toEqual([0, 1, 2, 3, 4].map((at) => [at, 1]))
      for (const { startSeconds: second, maximum, values } of of) {
        const expected = succeeded
          .filter((row) => Math.floor(Number(row.completed_time) - startSeconds) === second)
          .map((row) => Number(row[column]) * 1e9)
          .sort((a, b) => a - b)
        expect(values).toHaveLength(expected.length)
        for (const [i, value] of values.entries()) {
          expect(value).toBeLessThanOrEqual(expected[i]! + 1)
          expect(value).toBeGreaterThan(expected[i]! * 0.999)
        }
        expect(maximum).toBeCloseTo(expected.at(-1)! / 1e6, -1)
      }
    }
  })
})
