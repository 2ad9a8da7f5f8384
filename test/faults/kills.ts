/**
 * Kills runs with SIGKILL at seeded moments and looks at what they leave behind: `npm run kills -- --times 50 --seed 1`.
 *
 * The embedded server in this process knows when it had handed over the last byte of each answer: a request it had
 * finished more than a second before the kill must be in the DB.
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type EmbeddedServer, startServer } from '../../fixtures/index.ts'
import { recoverRun } from '../../src/records/index.ts'
import { folder, perfgate, soundRows } from './child.ts'

/** The most that may be missing at the end, milliseconds: one commit interval. */
export const COMMIT_MS = 1000

export interface Kill {
  /** After the run's first request came, milliseconds. */
  afterMs: number
  /** Requests that the server had finished by the kill. */
  finished: number
  /** Rows in the DB. */
  rows: number
  /** Finished more than COMMIT_MS before the kill, yet not in the DB: none, or the promise is broken. */
  lost: string[]
  /** How long before the kill the latest row's request was finished, and the earliest one that is missing. */
  lagMs: number
  /** What `perfgate recover` comes to. */
  recovered: { verdict: string; total: number; status: string }
}

export interface KillOptions {
  times: number
  seed: number
  /** Runs at once. */
  side: number
  /** Of the moments: up to so long after the first request, milliseconds. */
  withinMs: number
}

/** @throws when a DB is damaged or cannot be opened */
export async function killRuns({ times, seed, side, withinMs }: KillOptions): Promise<Kill[]> {
  const server = await startServer({
    ttft: { kind: 'lognormal', meanMs: 20, stddevMs: 15 },
    itl: { meanMs: 1 },
    outputTokens: { min: 2, max: 30 },
    keepRequests: 1_000_000,
  })
  const random = seeded(seed)
  const moments = Array.from({ length: times }, () => random() * withinMs)
  const kills: Kill[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < times; i = next++) kills.push(await killOne(server, i, moments[i]!))
  }
  try {
    await Promise.all(Array.from({ length: side }, worker))
  } finally {
    await server.close()
  }
  return kills
}

async function killOne(server: EmbeddedServer, i: number, afterMs: number): Promise<Kill> {
  const outputs = folder()
  const mark = `?run=${i}`
  const own = (): EmbeddedServer['requests'] => server.requests.filter(({ path }) => path.endsWith(mark))
  const run = perfgate([
    ...['--url', `${server.url}/chat/completions${mark}`, '--model', 'm', '--number', '20000', '--parallel', '8'],
    ...['--dataset', 'openqa', '--no-test-connection', '--outputs-dir', outputs, '--enable-progress-tracker'],
  ])
  while (own().length === 0 && run.child.exitCode === null) await sleep(5)
  await sleep(afterMs)
  run.child.kill('SIGKILL')
  const killedAt = performance.now()
  const { signal, code, stderr } = await run.ended
  if (signal !== 'SIGKILL') throw new Error(`run ${i} ended by itself, with ${code}: ${stderr}`)
  const finished = own().filter(({ endedAt, cancelled }) => endedAt !== undefined && !cancelled && endedAt < killedAt)
  const path = join(outputs, readdirSync(outputs).find((name) => name.endsWith('.db'))!)
  const inDb = new Set(soundRows(path, 'request_id').map(({ request_id }) => request_id))
  const missing = finished.filter(({ index }) => !inDb.has(`req-${index}`))
  const { result } = recoverRun(path)
  const kill: Kill = {
    afterMs,
    finished: finished.length,
    rows: inDb.size,
    lost: missing.flatMap(({ index, endedAt }) => (endedAt! < killedAt - COMMIT_MS ? `req-${index}` : [])),
    lagMs: Math.max(0, ...missing.map(({ endedAt }) => killedAt - endedAt!)),
    recovered: { verdict: result.verdict, total: result.summary.totalRequests, status: progressStatus(outputs) },
  }
  // A write-ahead log that is left over would not be one plain file.
  if (statSync(`${path}-wal`, { throwIfNoEntry: false }) !== undefined) kill.recovered.verdict = 'a log is left'
  rmSync(outputs, { recursive: true })
  return kill
}

/** `none`: the kill came before the first progress was written. */
function progressStatus(outputs: string): string {
  try {
    return JSON.parse(readFileSync(join(outputs, 'progress.json'), 'utf8')).status
  } catch {
    return 'none'
  }
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      times: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      side: { type: 'string', default: '2' },
    },
  })
  const kills = await killRuns({
    times: Number(values.times),
    seed: Number(values.seed),
    side: Number(values.side),
    withinMs: 3000,
  })
  for (const { afterMs, finished, rows, lost, lagMs, recovered } of kills)
    console.log(
      `killed after ${afterMs.toFixed(0)} ms: ${finished} finished, ${rows} rows, oldest missing ${lagMs.toFixed(0)} ms old, ${lost.length} lost; recover: ${recovered.verdict}, ${recovered.total} requests, progress ${recovered.status}`,
    )
  const bad = kills.filter(
    ({ lost, recovered, rows }) => lost.length > 0 || recovered.verdict === 'pass' || recovered.total !== rows,
  )
  console.log(
    `${kills.length} kills, every DB sound; oldest request missing: ${Math.max(...kills.map(({ lagMs }) => lagMs)).toFixed(0)} ms before its kill (promised: ${COMMIT_MS}); ${bad.length} broken promises`,
  )
  if (bad.length > 0) process.exitCode = 1
}
