/** One load over four processes, and its parts joined. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { main } from '../../src/cli/index.ts'
import type { Result } from '../../src/result/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { folder, perfgate, resultOf, soundRows } from './child.ts'

const NUMBER = 42
const server = await startServer({ ttft: { meanMs: 20 }, itl: { meanMs: 2 }, outputTokens: 5, seed: 3 })
afterAll(() => server.close())

const parts = folder()
const one = folder()
const flags = (outputs: string): string[] => [
  ...['--url', `${server.url}/chat/completions`, '--model', 'm', '--number', String(NUMBER), '--rate', '60'],
  ...['--open-loop', '--load-seed', '7', '--warmup-num', '4', '--no-test-connection', '--on-invalid', 'warn'],
  ...['--threshold', 'p99(latency) < 100 s', '--threshold', `totalRequests >= ${NUMBER}`, '--outputs-dir', outputs],
]
const dbs = (): string[] =>
  readdirSync(parts)
    .filter((name) => name.endsWith('.db'))
    .map((name) => join(parts, name))

beforeAll(async () => {
  // Processes take long to start on a machine that is busy.
  const patience = Math.min(5, Math.max(1, loadavg()[0]! / availableParallelism()))
  const startAt = new Date(Date.now() + 6000 * patience).toISOString()
  const ended = await Promise.all(
    [1, 2, 3, 4].map((i) => perfgate([...flags(parts), '--load-shard', `${i}/4`, '--start-at', startAt]).ended),
  )
  expect(ended.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual([0, 0, 0, 0].map(() => [0, '']))
  const { code, stderr } = await perfgate(flags(one)).ended
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
})

async function merge(...args: string[]): Promise<{ code: number; err: string; result: () => Result }> {
  const world = fakeWorld({ columns: 200 })
  const outputs = folder()
  const code = await main(['merge', ...args, '--outputs-dir', outputs], world)
  return { code, err: world.err(), result: () => resultOf(outputs, /merged_4.*\.json$/) }
}

test('the parts of a load are disjoint and complete, and send the prompts at the times of one process', () => {
  const rows = dbs().map((path) => soundRows(path, 'request_index, request, warmup, scheduled_time'))
  const measured = rows.map((part) => part.filter(({ warmup }) => warmup === 0))
  expect(measured.map(({ length }) => length).toSorted()).toEqual([10, 10, 11, 11])
  const byIndex = (all: (typeof rows)[number]): typeof all =>
    all.toSorted((a, b) => Number(a['request_index']) - Number(b['request_index']))
  const joined = byIndex(measured.flat())
  const [single] = readdirSync(one).filter((name) => name.endsWith('.db'))
  const whole = byIndex(
    soundRows(join(one, single!), 'request_index, request, warmup, scheduled_time').filter(
      ({ warmup }) => warmup === 0,
    ),
  )
  expect(joined.map(({ request_index }) => request_index)).toEqual(Array.from({ length: NUMBER }, (_, i) => i))
  expect(joined.map(({ request }) => request)).toEqual(whole.map(({ request }) => request))
  // Within a part, the gaps of the schedule are exact: one seeded schedule is dealt out to all.
  const at = new Map(whole.map((row) => [row['request_index'], Number(row['scheduled_time'])]))
  for (const part of measured.map(byIndex))
    for (const row of part) {
      const first = part[0]!
      const gap = Number(row['scheduled_time']) - Number(first['scheduled_time'])
      expect(gap).toBeCloseTo(at.get(row['request_index'])! - at.get(first['request_index'])!, 5)
    }
})

test('the joined figures are those computed from the four DBs by hand, and judged as a whole', async () => {
  const { code, err, result } = await merge(parts)
  expect([code, err]).toEqual([0, expect.stringContaining('wrote')])
  const { summary, distributions, thresholds, merged, notes } = result()
  const rows = dbs().flatMap((path) => soundRows(path, '*').filter(({ warmup }) => warmup === 0))
  const check = (name: string, values: number[]): void => {
    const sorted = values.toSorted((a, b) => a - b)
    const found = distributions[name]!
    expect(found.n).toBe(sorted.length)
    expect(found.min).toBeCloseTo(sorted[0]!, 6)
    expect(found.max).toBeCloseTo(sorted.at(-1)!, 6)
    expect(found.mean).toBeCloseTo(sorted.reduce((sum, value) => sum + value, 0) / sorted.length, 6)
  }
  check(
    'latency',
    rows.map(({ latency }) => Number(latency) * 1000),
  )
  check(
    'ttft',
    rows.map(({ time_to_first_token }) => Number(time_to_first_token) * 1000),
  )
  check(
    'itl',
    rows.flatMap((row) => JSON.parse(String(row['inter_token_latencies'])) as number[]).map((gap) => gap * 1000),
  )
  expect(summary).toMatchObject({
    totalRequests: NUMBER,
    expectedRequests: NUMBER,
    outputTokensPerSecond: expect.any(Number),
  })
  expect(thresholds.map(({ verdict, n, isDefault = false }) => [verdict, n, isDefault])).toEqual([
    ['pass', NUMBER, false],
    ['pass', NUMBER, false],
    ['pass', NUMBER, true],
  ])
  expect(merged).toMatchObject({ count: 4, missing: [], parts: [1, 2, 3, 4].map((index) => ({ index, count: 4 })) })
  expect(notes.join(' ')).toContain('Joined from 4 processes')
  expect(soundRows(summary.resultDbPath!, 'request_index').length).toBe(NUMBER + 4)
  expect(readFileSync(summary.resultDbPath!.replace(/db$/, 'md'), 'utf8')).toContain('Joined from 4 processes')
})

test('a missing part is an error unless allowed, and then said; a part given twice and one of another load are refused', async () => {
  const [first, second, third, fourth] = dbs() as [string, string, string, string]
  expect(await merge(first, second, third)).toMatchObject({ code: 2, err: expect.stringContaining('is missing') })
  const partial = await merge(first, second, third, '--allow-missing')
  expect(partial.result().merged?.missing).toHaveLength(1)
  expect(partial.result().notes[0]).toContain('of the load is missing')
  // totalRequests is judged on what is there.
  expect(partial.code).toBe(1)
  expect(await merge(parts, fourth)).toMatchObject({ code: 2, err: expect.stringContaining('is there twice') })
  const other = changed(fourth, 'config', (config) => ({ ...(config as object), loadSeed: 8 }))
  expect(await merge(first, second, third, other)).toMatchObject({
    code: 2,
    err: expect.stringContaining('"loadSeed" is 7'),
  })
})

test('a part that was killed is refused until it is recovered; joined it keeps its place, and the whole is no pass', async () => {
  const outputs = folder()
  const shards = [1, 2].map((i) =>
    perfgate([
      ...['--url', `${server.url}/chat/completions`, '--model', 'm', '--number', '600', '--rate', '100', '--open-loop'],
      ...['--load-seed', '7', '--no-test-connection', '--on-invalid', 'warn', '--load-shard', `${i}/2`],
      ...['--threshold', 'p99(latency) < 100 s', '--db-commit-interval', '10', '--outputs-dir', outputs],
    ]),
  ) as [ReturnType<typeof perfgate>, ReturnType<typeof perfgate>]
  const partOf = (number: number): string[] =>
    readdirSync(outputs).filter(
      (name) => name.endsWith(`shard_${number}_of_2.db`) || name.includes(`shard_${number}_of_2_`),
    )
  const rowsIn = (number: number): number => {
    const [name] = partOf(number).filter((file) => file.endsWith('.db'))
    return name === undefined ? 0 : soundRows(join(outputs, name), 'request_index').length
  }
  await expect.poll(() => rowsIn(2)).toBeGreaterThan(20)
  shards[1].child.kill('SIGKILL')
  await shards[1].ended
  expect((await shards[0].ended).code).toBe(0)
  const kept = rowsIn(2)
  expect(kept).toBeLessThan(300)

  const world = fakeWorld({ columns: 200 })
  const merged = folder()
  expect(await main(['merge', outputs, '--outputs-dir', merged], world)).toBe(2)
  expect(world.err()).toContain('"perfgate recover" keeps what it measured')
  const [killed] = partOf(2).filter((file) => file.endsWith('.db'))
  expect(await main(['recover', join(outputs, killed!)], fakeWorld({ columns: 200 }))).toBe(0)
  expect(await main(['merge', outputs, '--outputs-dir', merged], world), world.err()).not.toBe(2)
  const { summary, verdict, thresholds, interrupted, notes, merged: facts } = resultOf(merged, /merged_2.*\.json$/)
  expect([verdict, interrupted, thresholds.map((threshold) => threshold.verdict)]).toEqual([
    'undecided',
    true,
    // The threshold, and the success rate that is judged beside it.
    ['pass', 'pass'],
  ])
  expect(summary).toMatchObject({ totalRequests: 300 + kept, expectedRequests: 600 })
  expect(facts).toMatchObject({
    missing: [],
    parts: [
      { index: 1, requests: 300 },
      { index: 2, requests: kept },
    ],
  })
  expect(notes.join(' ')).toContain('This run is incomplete: it was killed')
  // One clock: the rows of the killed part lie in the first seconds of the other's.
  const starts = soundRows(summary.resultDbPath!, 'request_index, start_time')
  const first = (odd: number): number =>
    Math.min(
      ...starts.filter((row) => Number(row['request_index']) % 2 === odd).map((row) => Number(row['start_time'])),
    )
  expect(facts!.skewMs).toBeCloseTo(Math.abs(first(0) - first(1)) * 1000, -2)
})

test('one generator that could not keep up makes the whole invalid, by its name', async () => {
  const [first, ...rest] = dbs() as [string, ...string[]]
  const busy = changed(first, 'result', (result) => {
    const { client, ...others } = result as Result
    return { ...others, client: { ...client, valid: false, reasons: ['a load thread was busy'] } }
  })
  const strict = [busy, ...rest].map((path) =>
    changed(path, 'config', (config) => ({ ...(config as object), onInvalid: 'fail' })),
  )
  const { code, result } = await merge(...strict)
  expect(code).toBe(1)
  expect(result()).toMatchObject({ verdict: 'invalid', client: { valid: false } })
  expect(result().client.reasons).toContainEqual(expect.stringMatching(/^part 1\/4: a load thread was busy$/))
})

test('of the parts’ own overheads the largest is the whole’s, with the age of that one', async () => {
  const timed = dbs().map((path, i) =>
    changed(path, 'result', (result) => {
      const { client, ...others } = result as Result
      const harness = { harnessOverheadMs: [0.2, 0.7, null, 0.3][i]!, harnessOverheadAgeSeconds: [500, 40, 9, 8][i]! }
      return { ...others, client: { ...client, ...harness } }
    }),
  )
  const { result } = await merge(...timed)
  expect(result().client).toMatchObject({ harnessOverheadMs: 0.7, harnessOverheadAgeSeconds: 40 })
})

test('a start that is over is refused, as is a load that cannot be split', async () => {
  const said = async (...args: string[]): Promise<unknown> => {
    const world = fakeWorld({ columns: 200 })
    return [await main([...flags(folder()), ...args], world), world.err()]
  }
  expect(await said('--start-at', '2020-01-01T00:00:00Z')).toEqual([2, expect.stringContaining('give a later time')])
  expect(await said('--load-shard', '5/4')).toEqual([2, expect.stringContaining('write i/n with i from 1 to n')])
  expect(await said('--load-shard', '1/50')).toEqual([2, expect.stringContaining('cannot be split over 50')])
  expect(await said('--start-at', 'noon')).toEqual([2, expect.stringContaining('is not a time')])
})

/** A copy with one fact changed. */
function changed(path: string, key: string, change: (value: unknown) => unknown): string {
  const copies = folder()
  mkdirSync(copies, { recursive: true })
  const copy = join(copies, basename(path))
  cpSync(path, copy)
  const db = new DatabaseSync(copy)
  const { value } = db.prepare('SELECT value FROM run WHERE key = ?').get(key) as { value: string }
  db.prepare('UPDATE run SET value = ? WHERE key = ?').run(JSON.stringify(change(JSON.parse(value))), key)
  db.close()
  return copy
}

afterAll(() => {
  for (const path of [parts, one]) rmSync(path, { recursive: true, force: true })
})
