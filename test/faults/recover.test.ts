/** `perfgate recover`, and what else shows that a run was killed. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { main } from '../../src/cli/index.ts'
import { startView } from '../../src/cli/view/server.ts'
import { isAlive, ownProcess } from '../../src/records/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { dbOf, folder, perfgate, resultOf, soundRows } from './child.ts'

const server = await startServer({ ttft: { meanMs: 5 }, itl: { meanMs: 1 }, outputTokens: 8 })
afterAll(() => server.close())

async function recover(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const world = fakeWorld({ columns: 200 })
  const code = await main(['recover', ...args], world)
  return { code, out: world.out(), err: world.err() }
}

async function listed(outputs: string): Promise<string> {
  const view = await startView(outputs)
  try {
    return await (await fetch(view.url)).text()
  } finally {
    await view.close()
  }
}

const statusIn = (outputs: string): string => JSON.parse(readFileSync(join(outputs, 'progress.json'), 'utf8')).status

test('a run that was killed is shown as interrupted, and recovered: tables, JSON, one plain file, progress.json', async () => {
  const outputs = folder()
  const run = perfgate([
    ...['--url', `${server.url}/chat/completions`, '--model', 'm', '--number', '20000', '--parallel', '4'],
    ...['--outputs-dir', outputs, '--enable-progress-tracker', '--threshold', 'p99(latency) < 100 s'],
  ])
  await expect.poll(() => server.requests.length, { timeout: 60_000 }).toBeGreaterThan(1000)
  const path = dbOf(outputs)

  expect(await listed(outputs)).toContain('>running<')
  const early = await recover(path)
  expect([early.code, early.err]).toEqual([2, expect.stringContaining('its run still goes on')])
  expect(await recover(outputs)).toMatchObject({ code: 0, err: expect.stringContaining('nothing to recover') })

  run.child.kill('SIGKILL')
  await run.ended
  expect(statusIn(outputs)).toBe('running')
  expect(await listed(outputs)).toMatch(/class="badge undecided">interrupted</)
  expect(readdirSync(outputs).filter((name) => name.endsWith('.json'))).toEqual(['progress.json'])
  const rows = soundRows(path, 'latency').map(({ latency }) => Number(latency))

  const { code, out } = await recover(path)
  expect(code).toBe(0)
  expect(out).toContain('Benchmarking summary:')
  expect(out).toContain('Percentile results:')
  expect(out).toContain(`Verdict: incomplete, the run was cut short after ${rows.length} of 20000 requests`)
  expect(statusIn(outputs)).toBe('interrupted')
  expect(existsSync(`${path}-wal`)).toBe(false)
  const result = resultOf(outputs)
  expect(result).toMatchObject({ interrupted: true, verdict: 'undecided', summary: { totalRequests: rows.length } })
  expect(result.notes.join(' ')).toContain('was killed, or crashed')
  // Times of day in the DB have a quarter of a microsecond.
  const mean = rows.reduce((sum, latency) => sum + latency, 0) / rows.length
  expect(result.summary.latencySeconds).toBeCloseTo(mean, 7)
  expect(await listed(outputs)).toMatch(/class="badge undecided">interrupted</)

  const again = await recover(path, '--json')
  expect([again.code, again.err]).toEqual([0, expect.stringContaining('the run was complete')])
  expect(JSON.parse(again.out).summary).toEqual(result.summary)
})

test('what cannot be recovered is said, file by file', async () => {
  const outputs = folder()
  const empty = join(outputs, 'empty.db')
  const torn = join(outputs, 'torn.db')
  writeFileSync(empty, '')
  writeFileSync(torn, 'SQLite format 3\0 and no more')
  expect(await recover()).toMatchObject({ code: 2, err: expect.stringContaining('recover needs a result DB') })
  expect(await recover(join(outputs, 'none.db'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('no such file'),
  })
  expect(await recover(empty)).toMatchObject({ code: 1, err: expect.stringContaining('it is empty') })
  expect(await recover(torn)).toMatchObject({ code: 1, err: expect.stringContaining('damaged or not a result DB') })
})

test('a process is known by more than its number', () => {
  const own = ownProcess()
  expect(isAlive(own)).toBe(true)
  expect(isAlive({ ...own, host: 'another' })).toBeUndefined()
  expect(isAlive(undefined)).toBeUndefined()
  // No process has a number above the largest that Linux knows.
  expect(isAlive({ ...own, pid: 2 ** 22 + 1 })).toBe(false)
  if (process.platform === 'linux') expect(isAlive({ ...own, started: '1' })).toBe(false)
})
