/**
 * Whether the true times lie within their bounds: streams of the native target, each of whose tokens says when it was
 * written, read on a core that 0, 1 or 3 busy loops share.
 */
import { DatabaseSync } from 'node:sqlite'
import { withEngineDb } from '../engine/index.ts'
import { chooseCores } from '../measure/index.ts'
import { buildTarget, startTarget } from '../target/index.ts'
import { besideBusyLoops } from './busyLoops.ts'
import type { ProofOptions, ProofResult, ProofRow } from './row.ts'
import { percent } from './table.ts'

const WANTED_SHARE = 0.999
const WANTED_QUIET_MS = 0.1
const GAP_US = 20_000

export const timestampErrors: ProofRow = {
  name: 'timestamps: true times within their bounds',
  target: `at least ${percent(WANTED_SHARE)} of TTFTs, latencies and gaps; on a quiet core the median error at most ${WANTED_QUIET_MS} ms at 100 streams`,
  run,
}

/** Seconds, as in the DB; microseconds where the name says so. */
interface DbRow {
  start_time: number
  time_to_first_token: number
  first_token_error: number | null
  last_token_time: number
  last_token_error: number | null
  inter_token_latencies: string
  inter_token_errors: string | null
  response_messages: string
}

/** What one run came to; times in milliseconds. */
export interface Bounded {
  /** Error of each read. */
  errors: number[]
  /** By how much each true time lies outside its bounds: above 0 beyond them. */
  outside: Record<'ttft' | 'latency' | 'gap', number[]>
}

async function run({ quick }: ProofOptions): Promise<ProofResult> {
  const built = buildTarget()
  if (built.path === undefined) return { met: true, summary: `not measured: ${built.reason}`, head: [], body: [] }
  const seconds = quick ? 2 : 6
  const floorMs = floorOf(await measure({ streams: 1, loops: 0, seconds }))
  const body: string[][] = []
  let worst = 1
  let quietMs = Number.NaN
  for (const loops of [0, 1, 3])
    for (const streams of [8, 100, 1000]) {
      const { errors, outside } = await measure({ streams, loops, seconds })
      const shares = Object.values(outside).map((list) => list.filter((ms) => ms <= floorMs).length / list.length)
      worst = Math.min(worst, ...shares)
      const sorted = errors.toSorted((a, b) => a - b)
      const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!
      if (loops === 0 && streams === 100) quietMs = at(0.5)
      body.push([
        String(loops),
        String(streams),
        ...shares.map((share) => `${(100 * share).toFixed(2)} %`),
        ...[0.5, 0.99, 1].map((share) => at(share).toFixed(3)),
      ])
    }
  return {
    met: worst >= WANTED_SHARE && quietMs <= WANTED_QUIET_MS,
    summary: `at least ${(100 * worst).toFixed(2)} % within their bounds, which were widened by the loopback floor of ${floorMs.toFixed(3)} ms; median error ${quietMs.toFixed(3)} ms at 100 streams on a quiet core`,
    head: ['busy loops', 'streams', 'TTFT', 'latency', 'gap', 'error p50, ms', 'p99', 'max'],
    body,
  }
}

/** The way of a byte from the target to a client that waits for it, at p99. */
function floorOf({ outside }: Bounded): number {
  const sorted = outside.ttft.concat(outside.gap).toSorted((a, b) => a - b)
  return Math.max(0, sorted[Math.floor(0.99 * (sorted.length - 1))]!)
}

async function measure({
  streams,
  loops,
  seconds,
}: {
  streams: number
  loops: number
  seconds: number
}): Promise<Bounded> {
  const cores = chooseCores()
  const tokens = Math.round((seconds * 1e6) / GAP_US)
  const target = await startTarget({ tokens, gapUs: GAP_US, ttftUs: 50_000, seconds: 300, core: cores.target })
  try {
    const load = { url: target.url, parallel: streams, number: Math.max(streams, 4) }
    return await besideBusyLoops(loops, cores.client, () =>
      withEngineDb(load, cores.client, ({ monotonicMinusWallMs }, path) => readBounded(path, monotonicMinusWallMs)),
    )
  } finally {
    await target.close()
  }
}

/** @param monotonicMinusWallMs from the figures of the run that wrote the DB */
export function readBounded(path: string, monotonicMinusWallMs: number): Bounded {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const rows = db.prepare('SELECT * FROM result WHERE success = 1 AND warmup = 0').all() as unknown as DbRow[]
    const bounded: Bounded = { errors: [], outside: { ttft: [], latency: [], gap: [] } }
    for (const row of rows) addRow(bounded, row, monotonicMinusWallMs)
    return bounded
  } finally {
    db.close()
  }
}

function addRow({ errors, outside }: Bounded, row: DbRow, monotonicMinusWallMs: number): void {
  const startMs = row.start_time * 1000 + monotonicMinusWallMs
  const written = row.response_messages
    .trim()
    .split(' ')
    .map((us) => Number(us) / 1000)
  const gaps = (JSON.parse(row.inter_token_latencies) as number[]).map((seconds) => seconds * 1000)
  // All of it came in one read, after a pause of seconds: there is no gap to bound.
  if (gaps.length === 0) return
  if (written.length !== gaps.length + 1) throw new Error(`${written.length} tokens, but ${gaps.length} gaps`)
  const ends = row.inter_token_errors === null ? [] : (JSON.parse(row.inter_token_errors) as number[])
  const errorOf = (token: number): number =>
    1000 * (token === 0 ? (row.first_token_error ?? 0) : (ends[token - 1] ?? 0))
  const ttft = row.time_to_first_token * 1000
  outside.ttft.push(beyond(written[0]! - startMs, ttft - errorOf(0), ttft))
  const last = row.last_token_time * 1000
  outside.latency.push(beyond(written.at(-1)! - startMs, last - 1000 * (row.last_token_error ?? 0), last))
  for (const [i, gap] of gaps.entries())
    outside.gap.push(beyond(written[i + 1]! - written[i]!, gap - errorOf(i + 1), gap + errorOf(i)))
  for (const i of written.keys()) errors.push(errorOf(i))
}

function beyond(value: number, low: number, high: number): number {
  return Math.max(low - value, value - high)
}
