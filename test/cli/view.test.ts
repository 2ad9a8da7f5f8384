/** `perfgate view`: what it shows, and what it refuses. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundlePage } from '../../scripts/bundlePage.ts'
import { main } from '../../src/cli/index.ts'
import { startView, type ViewServer } from '../../src/cli/view/server.ts'
import { COLUMN_NAMES } from '../../src/records/index.ts'
import { INSERT } from '../../src/records/table.ts'
import type { Result } from '../../src/result/index.ts'
import { BIN } from '../program.ts'
import { COMPARED } from '../report/comparedResult.ts'
import { drawn, launch, noBrowser, watchedPage } from '../report/html/browser.ts'
import { madeDb } from '../report/madeDb.ts'
import { PUBLISHED } from '../report/publishedResult.ts'
import { failedRow, madeRow } from '../report/rows.ts'
import { fakeWorld } from './fakeWorld.ts'

const EVIL = '<img src=x onerror=alert(1)></pre><script>alert(2)</script>'
const folder = mkdtempSync(join(tmpdir(), 'perfgate-view-'))
const outside = madeDb([madeRow(0, { response_messages: 'SECRET' })])
let view: ViewServer

beforeAll(async () => {
  await bundlePage()
  madeDb(
    [madeRow(0), failedRow(1, EVIL)],
    { name: `first ${EVIL}`, startedAt: '2025-01-01T00:00:00.000Z' },
    folder,
    'a',
  )
  madeDb(
    [madeRow(0), madeRow(1)],
    { name: 'second', startedAt: '2025-01-02T00:00:00.000Z', verdict: 'fail' },
    folder,
    'b & c',
  )
  madeDb([madeRow(0)], null, folder, 'live')
  writeFileSync(join(folder, 'empty.db'), '')
  writeFileSync(join(folder, 'broken.db'), 'x'.repeat(5000))
  symlinkSync(outside.db, join(folder, 'link.db'))
  view = await startView(folder)
})
afterAll(() => view.close())

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Sends the path as it stands: fetch would tidy it up. */
function get(
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(view.url)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers }, (answer) => {
      let body = ''
      answer.on('data', (part) => {
        body += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }))
    })
      .on('error', reject)
      .end()
  })
}

test('the list has every run, latest first, and says of others why they cannot be read', async () => {
  const { status, body } = await get('/')
  expect(status).toBe(200)
  expect(body.indexOf('title="b &#38; c.db"')).toBeLessThan(body.indexOf('title="a.db"'))
  expect(body).toContain('empty.db: it is empty: its run has not begun to measure')
  expect(body).toContain('it is damaged or not a result DB')
  expect(body).toContain('running or interrupted')
  expect(body).toContain('http-equiv="refresh"')
})

test('the list is filtered by words and by verdict', async () => {
  const names = async (query: string): Promise<string[]> =>
    [...(await get(`/?${query}`)).body.matchAll(/title="([^"]+)\.db"/g)].map(([, name]) => name!)
  expect(await names('words=second')).toEqual(['b &#38; c'])
  expect(await names('verdict=fail')).toEqual(['b &#38; c'])
  expect(await names('verdict=running')).toEqual(['live'])
  expect(await names('words=nothing+like+it')).toEqual([])
})

test('a scenario is drawn over its runs as a plain line, without a verdict', async () => {
  const own = mkdtempSync(join(tmpdir(), 'perfgate-over-time-'))
  const run = (day: number, p50: number, more: Partial<Result> = {}): void => {
    const { distributions } = PUBLISHED
    const latency = { ...distributions['latency']!, p50 }
    const startedAt = `2025-01-0${day}T00:00:00.000Z`
    madeDb(
      [madeRow(0)],
      { name: 'steady', startedAt, distributions: { ...distributions, latency }, ...more },
      own,
      `r${day}`,
    )
  }
  // Written out of order; what was interrupted, runs under another load, and other scenarios have no place in the line.
  run(3, 50)
  run(1, 100)
  run(2, 200)
  run(4, 7, { interrupted: true })
  run(5, 8, { config: { ...PUBLISHED.config, parallel: 99 } })
  run(6, 9, { name: 'alone' })
  const server = await startView(own)
  const list = await (await fetch(server.url)).text()
  await server.close()
  const figures = [...list.matchAll(/<figure>.*?<\/figure>/gs)].map(([text]) => text)
  expect(figures).toHaveLength(1)
  expect(figures[0]).toContain('steady: latency p50 of 3 runs')
  expect([...figures[0]!.matchAll(/<title>(.*?)<\/title>/g)].map(([, text]) => text)).toEqual([
    '2025-01-01T00:00:00.000Z: 100 ms',
    '2025-01-02T00:00:00.000Z: 200 ms',
    '2025-01-03T00:00:00.000Z: 50 ms',
  ])
  const [, points] = /<polyline points="([^"]+)"/.exec(figures[0]!)!
  const heights = points!.split(' ').map((point) => Number(point.split(',')[1]))
  const [axis] = [.../y1="([\d.]+)"/.exec(figures[0]!)!].slice(1).map(Number)
  // Half as slow is half as high above the axis at 0.
  expect(axis! - heights[0]!).toBeCloseTo((axis! - heights[1]!) / 2, 0)
  expect(axis! - heights[2]!).toBeCloseTo((axis! - heights[1]!) / 4, 0)
  expect(figures[0]).not.toMatch(/pass|fail|badge/)
})

test('any request can be opened, with its texts', async () => {
  const { body } = await get('/request?file=b%20%26%20c.db&index=1')
  expect(body).toContain('answer 1')
  expect(body).toContain('&#34;content&#34;: &#34;hello&#34;')
  expect((await get('/request?file=b%20%26%20c.db&index=2')).status).toBe(404)
  expect((await get('/request?file=b%20%26%20c.db&index=1%20OR%201=1')).status).toBe(404)
})

describe('nothing outside the folder is read', () => {
  test.for([
    '../x.db',
    outside.db,
    encodeURIComponent(outside.db),
    `..%2f${encodeURIComponent(outside.db)}`,
    'link.db',
    'a.db%00',
    'a.json',
    './a.db',
    '',
  ])('%s', async (file) => {
    for (const path of [`/report?file=${file}`, `/request?file=${file}&index=0`]) {
      const { status, body } = await get(path)
      expect([400, 404]).toContain(status)
      expect(body).not.toContain('SECRET')
    }
  })
  test.for(['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/a.db', '/page.js'])(
    'address %s',
    async (path) => {
      const { status, body } = await get(path)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body).not.toContain('root:x:0')
    },
  )
})

test('a comparison is listed and shown with those of its sides that are in the folder, and with no others', async () => {
  const own = mkdtempSync(join(tmpdir(), 'perfgate-compared-'))
  const { baseline, candidate } = COMPARED
  madeDb([madeRow(0)], { name: 'the baseline' }, own, basename(baseline.resultDbPath!).replace('.db', ''))
  writeFileSync(
    join(own, 'c.json'),
    JSON.stringify({ ...COMPARED, candidate: { ...candidate, resultDbPath: outside.db } }),
  )
  const server = await startView(own)
  const list = await (await fetch(server.url)).text()
  expect(list).toContain('fail, 1 of 3 figures got worse by more than tolerated')
  const shown = await (await fetch(`${server.url}report?file=c.json`)).text()
  expect(shown).toContain('Comparison: head against base')
  expect(shown).toContain('the baseline')
  expect(shown).not.toContain('SECRET')
  await server.close()
})

test('it answers to its own name alone, and only to questions', async () => {
  const { port } = new URL(view.url)
  expect((await get('/', { headers: { host: `localhost:${port}` } })).status).toBe(200)
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`])
    expect((await get('/', { headers: { host } })).status).toBe(403)
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await get('/', { method })).status).toBe(405)
  expect((await get('/', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } })).status).toBe(
    403,
  )
  expect(await get('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  expect(new URL(view.url).hostname).toBe('127.0.0.1')
})

test('what a server said is text on every page, behind a policy without scripts', async () => {
  for (const path of [
    '/',
    '/request?file=a.db&index=1',
    `/?words=${encodeURIComponent(EVIL)}`,
    `/report?file=${encodeURIComponent(EVIL)}`,
  ]) {
    const { body, headers } = await get(path)
    expect(body).not.toContain('<img')
    expect(body).not.toContain('<script')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('looking changes nothing', async () => {
  const state = (): [string, string][] =>
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')])
  const before = state()
  await get('/')
  await get('/report?file=a.db&file=live.db')
  expect(state()).toEqual(before)
})

test('a run that is being written is shown with what it has so far, and more when there is more', async () => {
  const own = mkdtempSync(join(tmpdir(), 'perfgate-live-'))
  const { db } = madeDb([madeRow(0)], null, own, 'going')
  const writer = new DatabaseSync(db)
  writer.exec('PRAGMA journal_mode = WAL')
  const insert = writer.prepare(INSERT)
  const add = (i: number): void => {
    const row = madeRow(i)
    insert.run(...COLUMN_NAMES.map((name) => row[name]))
  }
  add(1)
  const server = await startView(own)
  const requests = async (): Promise<string | undefined> =>
    /Succeed requests<\/th><td>(\d+)/.exec(await (await fetch(`${server.url}report?file=going.db`)).text())?.[1]
  expect(await requests()).toBe('2')
  add(2)
  expect(await requests()).toBe('3')
  const page = await (await fetch(`${server.url}report?file=going.db`)).text()
  expect(page).toContain('http-equiv="refresh"')
  expect(page).toContain('still going on, or was killed')
  writer.close()
  await server.close()
})

test.skipIf(noBrowser !== '')(
  `in Chromium: choose two runs, compare, open a request on a page of its own ${noBrowser}`,
  async () => {
    const browser = await launch()
    const { page, troubles } = await watchedPage(browser)
    await page.goto(view.url)
    await page.getByLabel('Compare a.db').check()
    await page.getByLabel('Compare b & c.db').check()
    await page.getByRole('button', { name: 'Compare those chosen' }).click()
    await drawn(page)
    expect(await page.locator('svg.intervals').count()).toBe(4)
    await page.locator('.waterfall .open:visible').first().click()
    await page.getByRole('link', { name: 'Open on a page of its own' }).click()
    await page.waitForURL(/\/request\?/)
    await page.getByText('response_messages').waitFor()
    expect(troubles).toEqual([])
    await browser.close()
  },
)

test('the command says where it listens, ends at an interrupt, and names what is wrong', async () => {
  const child = spawn(process.execPath, [BIN, 'view', folder], { stdio: ['ignore', 'pipe', 'ignore'] })
  const url = await new Promise<string>((resolve) => {
    child.stdout.on('data', (part) => {
      const [, found] = /at (http:\S+)/.exec(String(part)) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  expect((await fetch(url)).status).toBe(200)
  const ended = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGINT')
  expect(await ended).toBe(0)
  const world = fakeWorld()
  expect(await main(['view', join(folder, 'none')], world)).toBe(2)
  expect(world.err()).toContain('there is no such folder')
  mkdirSync(join(folder, 'sub'))
  expect(await main(['view', folder, '--port', new URL(view.url).port], fakeWorld())).toBe(2)
  expect(await main(['view', folder, '--port', 'x'], fakeWorld())).toBe(2)
})
