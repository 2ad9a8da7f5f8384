/** Result DBs that are whole, being written, or not what they should be. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { readResultDb, readRunDb, readRuns } from '../../src/records/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { madeDb } from '../report/madeDb.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { failedRow, madeRow } from '../report/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'perfgate-reader-'))
const path = (name: string): string => join(folder, name)

function sqlite(name: string, sql: string): string {
  const db = new DatabaseSync(path(name))
  db.exec(sql)
  db.close()
  return path(name)
}

describe('a DB that cannot be read says why', () => {
  const whole = readFileSync(madeDb(Array.from({ length: 500 }, (_, i) => madeRow(i))).db)
  const broken = Buffer.from(whole)
  // Pages in the middle are overwritten: the head of the file still looks right.
  broken.fill(0xff, 8192, broken.length - 4096)
  writeFileSync(path('broken.db'), broken)
  writeFileSync(path('cut.db'), whole.subarray(0, 5000))
  writeFileSync(path('text.db'), 'this is not a database, whatever its name says, and it is long enough'.repeat(50))
  writeFileSync(path('empty.db'), '')

  test.for([
    ['not there', 'none.db', 'there is no such file'],
    ['empty', 'empty.db', 'it is empty: its run has not begun to measure, or ended before it did'],
    ['text', 'text.db', 'it is damaged or not a result DB'],
    ['damaged', 'broken.db', 'it is damaged or not a result DB'],
    ['cut off', 'cut.db', 'it is damaged or not a result DB'],
    ['another DB', 'other.db', 'it is a SQLite file without the table "result"'],
    ['EvalScope’s', 'evalscope.db', 'it was not written by perfgate'],
    ['of a newer version', 'newer.db', 'it has schema version 99, this perfgate reads up to'],
  ] as const)('%s', ([, name, why]) => {
    if (name === 'other.db') sqlite(name, 'CREATE TABLE t (a)')
    if (name === 'evalscope.db') sqlite(name, 'CREATE TABLE result (request TEXT, start_time REAL)')
    if (name === 'newer.db')
      sqlite(name, 'CREATE TABLE result (request TEXT); CREATE TABLE run (key, value); PRAGMA user_version = 99')
    const all = (): unknown => {
      const reader = readResultDb(path(name))
      return [...reader.requests()].length
    }
    expect(all).toThrow(`result DB ${path(name)}: `)
    expect(all).toThrow(why)
  })

  test('and a command that is given one ends with that, without a stack', async () => {
    for (const command of [['report'], ['export', '--format', 'csv']]) {
      const world = fakeWorld()
      expect(await main([...command, path('text.db')], world)).toBe(1)
      expect(world.err()).toMatch(/^perfgate: result DB .*text\.db: it is damaged or not a result DB[^\n]*\n$/)
    }
  })
})

test('a DB of an older schema reads as not measured where it has no column', () => {
  const old = sqlite(
    'old.db',
    `CREATE TABLE result (request_index INTEGER, start_time REAL, latency REAL, success INTEGER);
     CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL);
     INSERT INTO result VALUES (0, 1.5, 0.25, 1);
     PRAGMA user_version = 1`,
  )
  const reader = readResultDb(old)
  expect([...reader.requests()]).toEqual([
    expect.objectContaining({ request_index: 0, latency: 0.25, success: 1, time_to_first_token: null, cause: null }),
  ])
  reader.close()
})

describe('a DB of somebody else gets a sentence, not a stack', () => {
  const RESULT = 'CREATE TABLE result (request_index, latency, response_messages, inter_token_latencies);'
  const RUN = 'CREATE TABLE run (key TEXT PRIMARY KEY, value);'
  const VERSION = 'PRAGMA user_version = 1;'
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i'

  test.for([
    [
      'a BLOB for a number',
      `${RESULT}${RUN}INSERT INTO result VALUES (3, x'00', NULL, NULL)`,
      'column "latency" of request 3 is a BLOB, not REAL',
    ],
    [
      'a BLOB for a text',
      `${RESULT}${RUN}INSERT INTO result VALUES (3, 1, x'00', NULL)`,
      'column "response_messages" of request 3 is a BLOB, not TEXT',
    ],
    [
      'a text for a number',
      `${RESULT}${RUN}INSERT INTO result VALUES (3, 'soon', NULL, NULL)`,
      'column "latency" of request 3 is a string, not REAL',
    ],
    [
      'a number too large',
      `${RESULT}${RUN}INSERT INTO result VALUES (9223372036854775807, 1, NULL, NULL)`,
      'it holds a number that is too large',
    ],
    [
      'gaps that are no list',
      `${RESULT}${RUN}INSERT INTO result VALUES (3, 1, NULL, '{"a":')`,
      'column "inter_token_latencies" is not a JSON list of numbers',
    ],
    [
      'a view for its requests',
      `CREATE VIEW result AS ${endless} AS latency FROM n;${RUN}`,
      '"result" in it is not a plain table',
    ],
    [
      'a view for its facts',
      `${RESULT}CREATE VIEW run AS ${endless} AS key, i AS value FROM n`,
      '"run" in it is not a plain table',
    ],
    [
      'a virtual table',
      `CREATE VIRTUAL TABLE result USING fts5(latency);${RUN}`,
      '"result" in it is not a plain table',
    ],
    ['no facts at all', RESULT, 'it has no table "run"'],
    [
      'a fact that is a BLOB',
      `${RESULT}${RUN}INSERT INTO run VALUES ('config', x'ff')`,
      'the fact "config" about its run is not JSON',
    ],
    [
      'a start that is no time',
      `${RESULT}${RUN}INSERT INTO run VALUES ('startedAt', '"never"')`,
      'perfgate did not write what it says of its run',
    ],
    [
      'an environment of another shape',
      `${RESULT}${RUN}INSERT INTO run VALUES ('environment', '5')`,
      'perfgate did not write what it says of its run: environment',
    ],
  ] as const)('%s', async ([name, sql, why]) => {
    const file = sqlite(`${name.replaceAll(' ', '-')}.db`, `${sql};${VERSION}`)
    for (const command of [['report'], ['export', '--format', 'csv'], ['export', '--format', 'parquet']]) {
      const world = fakeWorld()
      expect(await main([...command, file, '--out', path('out')], world)).toBe(1)
      expect(world.err()).toMatch(/^perfgate: result DB[ ,][^\n]*\n$/)
      expect(world.err()).toContain(why)
    }
  })
})

describe('a run without a result', () => {
  const rows = Array.from({ length: 20 }, (_, i) => (i % 10 === 9 ? failedRow(i, 'busy') : madeRow(i)))
  const { db } = madeDb([madeRow(99, { warmup: 1, latency: 9 }), ...rows], null)

  test('has the figures of its rows, and is not judged', () => {
    const { result, finished } = readRunDb(db)
    expect(finished).toBe(false)
    expect(result.summary).toMatchObject({
      totalRequests: 20,
      succeededRequests: 18,
      failedRequests: 2,
      concurrency: 4,
    })
    // From the first start to the end of i = 18, at 180 ms + 118 ms.
    expect(result.summary.timeTakenSeconds).toBeCloseTo(0.298, 5)
    // 100 ms + i for i of 0 … 18 without 9.
    expect(result.distributions['latency']!.mean).toBeCloseTo(100 + (171 - 9) / 18, 3)
    expect(result.distributions['ttft']!.max).toBeCloseTo(26, 3)
    expect(result.distributions['tpot']!.mean).toBeCloseTo(
      35 -
        rows.filter((row) => row.success === 1).reduce((sum, row) => sum + (Number(row.request_index) % 7), 0) / 18 / 2,
      2,
    )
    expect(result.errors).toEqual({ 'http-5xx': 2 })
    expect(result.failures).toEqual([{ cause: 'http-5xx', status: 503, message: 'busy', count: 2 }])
    expect(result.verdict).toBe('undecided')
    expect(result.notes[0]).toContain('still going on, or was killed')
  })

  test('that is being written can be read at the same time', () => {
    const writer = new DatabaseSync(db)
    writer.exec('PRAGMA journal_mode = WAL; BEGIN; DELETE FROM result WHERE request_index = 99')
    expect(readRunDb(db).result.summary.totalRequests).toBe(20)
    writer.exec('ROLLBACK')
    writer.close()
  })

  test('that has measured nothing yet is a run of no requests', () => {
    const { result } = readRunDb(madeDb([], null).db)
    expect(result.summary).toMatchObject({ totalRequests: 0, timeTakenSeconds: 0, latencySeconds: null })
  })
})

describe('files given to a command', () => {
  test('a folder is read once per run, its DB before its JSON, and what is no result is passed over', () => {
    const made = madeDb([madeRow(0)], { name: 'one' })
    madeDb([madeRow(0)], { name: 'two' }, made.folder, 'two')
    writeFileSync(join(made.folder, 'progress.json'), '{}')
    writeFileSync(join(made.folder, 'empty.db'), '')
    expect(readRuns([made.folder, made.json]).map(({ result }) => result.name)).toEqual(['one', 'two'])
  })

  test('a result that was moved finds the DB beside it', () => {
    const made = madeDb([madeRow(0)])
    writeFileSync(
      made.json,
      JSON.stringify({ ...made.result, summary: { ...made.result.summary, resultDbPath: '/gone/made.db' } }),
    )
    expect(readRuns([made.json])[0]!.dbPath).toBe(made.db)
  })

  test('a result reads no DB but one beside it or below its folder, also through a link', () => {
    const made = madeDb([madeRow(0)])
    const mine = mkdtempSync(join(tmpdir(), 'perfgate-foreign-'))
    const json = join(mine, 'theirs.json')
    const naming = (resultDbPath: string): string | undefined => {
      writeFileSync(json, JSON.stringify({ ...made.result, summary: { ...made.result.summary, resultDbPath } }))
      return readRuns([json])[0]!.dbPath
    }
    expect(naming(made.db)).toBeUndefined()
    symlinkSync(made.db, join(mine, 'link.db'))
    expect(naming('link.db')).toBeUndefined()
    symlinkSync(made.db, join(mine, 'theirs.db'))
    expect(naming('elsewhere.db')).toBeUndefined()
    mkdirSync(join(mine, 'below'))
    renameSync(made.db, join(mine, 'below', 'own.db'))
    expect(naming(join(mine, 'below', 'own.db'))).toBe(join(mine, 'below', 'own.db'))
  })

  test('what is no result is named', () => {
    writeFileSync(path('list.json'), JSON.stringify([PUBLISHED, PUBLISHED]))
    expect(readRuns([path('list.json')])).toHaveLength(1)
    writeFileSync(path('half.json'), '{"schemaVersion": 1')
    expect(() => readRuns([path('half.json')])).toThrow('cannot be read as JSON')
    writeFileSync(path('else.json'), '{"schemaVersion": 1}')
    expect(() => readRuns([path('else.json')])).toThrow(/else\.json": this is not a result of perfgate: name: /)
    expect(() => readRuns([path('none.json')])).toThrow('there is no such file')
    expect(() => readRuns([mkdtempSync(join(tmpdir(), 'perfgate-none-'))])).toThrow('this folder has no results in it')
  })
})
