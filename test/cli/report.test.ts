/** `perfgate report --open`, and what every command says of a DB that it cannot read. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { bundlePage } from '../../scripts/bundlePage.ts'
import { main } from '../../src/cli/index.ts'
import { startView } from '../../src/cli/view/server.ts'
import { madeDb } from '../report/madeDb.ts'
import { madeRow } from '../report/rows.ts'
import { fakeWorld } from './fakeWorld.ts'

beforeAll(() => bundlePage())

describe('--open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-open-'))
  const { json } = madeDb([madeRow(0)], {}, folder)
  const page = json.replace('.json', '.html')
  const stub = (name: string): { path: string; seen: string } => {
    const path = join(folder, name)
    const seen = `${path}.seen`
    writeFileSync(path, `#!/bin/sh\nprintf '%s' "$1" > '${seen}.part' && mv '${seen}.part' '${seen}'\n`)
    chmodSync(path, 0o755)
    return { path, seen }
  }
  const desktop = stub(process.platform === 'darwin' ? 'open' : 'xdg-open')
  const own = stub('my-browser')
  const PATH = `${folder}${delimiter}${process.env['PATH']}`

  test.skipIf(process.platform === 'win32').for([
    ['the desktop’s opener', { PATH }, desktop.seen],
    ['what BROWSER names', { PATH, BROWSER: own.path }, own.seen],
  ] as const)('asks %s for the page', async ([, env, seen]) => {
    expect(await main(['report', json, '--open'], fakeWorld({ env }))).toBe(0)
    await vi.waitFor(() => expect(readFileSync(seen, 'utf8')).toBe(page), { timeout: 20_000 })
  })

  test('opens nothing in CI, and says so', async () => {
    const other = stub('never')
    const world = fakeWorld({ env: { PATH, CI: 'true', BROWSER: other.path } })
    expect(await main(['report', json, '--open'], world)).toBe(0)
    expect(world.err()).toBe('perfgate: --open is left out in CI\n')
    expect(existsSync(other.seen)).toBe(false)
  })
})

describe('a DB that is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-bad-'))
  const make = (name: string, change: (path: string) => void): void => {
    const { db } = madeDb([madeRow(0), madeRow(1)], {}, folder, name)
    change(db)
  }
  const sql = (path: string, text: string): void => {
    const db = new DatabaseSync(path)
    db.exec(text)
    db.close()
  }
  make('empty', (path) => truncateSync(path, 0))
  make('text', (path) => writeFileSync(path, 'not a database\n'.repeat(500)))
  make('cut', (path) => truncateSync(path, 6000))
  make('newer', (path) => sql(path, 'PRAGMA user_version = 99'))
  make('foreign', (path) => sql(path, 'DROP TABLE result; CREATE TABLE other (x)'))
  make('evalscope', (path) => sql(path, 'PRAGMA user_version = 0'))
  make('facts', (path) => sql(path, `UPDATE run SET value = '{half' WHERE key = 'config'`))
  const REASONS: Record<string, string> = {
    empty: 'it is empty',
    text: 'it is damaged or not a result DB',
    cut: 'it is damaged or not a result DB',
    newer: 'it has schema version 99, this perfgate reads up to 1; install a newer one',
    foreign: 'without the table "result", not a result DB',
    evalscope: 'it was not written by perfgate',
    facts: 'a fact about its run is not JSON',
  }
  const commands = (db: string): string[][] => [
    ['report', db, '--out', join(folder, 'page.html')],
    ...['csv', 'parquet', 'openmetrics', 'otlp', 'ctrf', 'summary'].map((format) => [
      'export',
      db,
      '--format',
      format,
      '--out',
      join(folder, 'out'),
    ]),
  ]

  test.for(Object.entries(REASONS))(
    '%s: every command refuses it with the reason and its path',
    async ([name, why]) => {
      const db = join(folder, `${name}.db`)
      for (const args of commands(db)) {
        const world = fakeWorld()
        const code = await main(args, world)
        expect([args[3], code, world.err()]).toEqual([args[3], 1, expect.stringContaining(why)])
        expect(world.err()).toContain(db)
        expect(world.err().trimEnd().split('\n')).toHaveLength(1)
      }
    },
  )

  test('in a folder that is viewed: it is listed with the reason, and its page has it too', async () => {
    const server = await startView(folder)
    const list = (await (await fetch(server.url)).text()).replaceAll('&#34;', '"')
    for (const [name, why] of Object.entries(REASONS)) {
      expect(list).toContain(`${name}.db: ${why}`.slice(name.length + 5))
      const answer = await fetch(`${server.url}report?file=${name}.db`)
      expect([name, answer.status]).toEqual([name, 422])
      expect((await answer.text()).replaceAll('&#34;', '"')).toContain(why)
    }
    await server.close()
  })

  test('of an older schema: columns that it lacks are not measured, and the rest is shown', async () => {
    const old = mkdtempSync(join(tmpdir(), 'perfgate-old-'))
    const { db } = madeDb([madeRow(0), madeRow(1)], null, old, 'old')
    sql(db, 'ALTER TABLE result DROP COLUMN conversation; ALTER TABLE result DROP COLUMN trace_request_id')
    const world = fakeWorld()
    expect([await main(['export', db, '--format', 'csv', '--out', '-'], world), world.err()]).toEqual([0, ''])
    const rows = parse(world.out(), { columns: true }) as Record<string, string>[]
    expect(rows).toHaveLength(2)
    expect(rows[1]).toMatchObject({ request_index: '1', conversation: '', trace_request_id: '', latency: '0.101' })
    expect(await main(['report', db, '--out', join(old, 'page.html')], fakeWorld())).toBe(0)
    expect(readFileSync(join(old, 'page.html'), 'utf8')).toContain('Succeed requests</th><td>2')
  })
})
