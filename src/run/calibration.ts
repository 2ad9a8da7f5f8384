/** What the harness itself adds to a latency on this machine: measured once, then kept for the runs that follow soon. */

import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, hostname } from 'node:os'
import { wallClockMs } from '../config/index.ts'
import type { LoadPool } from '../load/index.ts'
import { packageVersion, userFile } from '../records/index.ts'

/** The speed of a shared machine changes from one quarter of an hour to the next: an older figure is another machine's. */
const KEPT_MS = 10 * 60_000

export interface Calibration {
  /** Median latency of an instant answer on loopback. */
  overheadMs: number
  /** How long before this run it was measured; undefined where it was measured for it. */
  ageSeconds: number | undefined
}

interface Kept {
  machine: string
  overheadMs: number
  /** Unix milliseconds. */
  measuredAt: number
}

/**
 * Readies the load threads, and times them where no figure of the last minutes is kept.
 *
 * @param warming requests to warm each thread with, at most
 * @returns null when it could not be measured: a thread broke, or the run is over
 */
export async function calibrate(pool: Pick<LoadPool, 'calibrate'>, warming: number): Promise<Calibration | null> {
  const kept = read()
  const overheadMs = await pool.calibrate(warming, kept === undefined)
  if (kept !== undefined)
    return { overheadMs: kept.overheadMs, ageSeconds: Math.round((wallClockMs() - kept.measuredAt) / 1000) }
  if (overheadMs === null) return null
  keep(overheadMs)
  return { overheadMs, ageSeconds: undefined }
}

/** Nothing is lost with it. */
export function calibrationPath(): string {
  return userFile('calibration', 'json')
}

function read(): Kept | undefined {
  try {
    const kept = JSON.parse(readFileSync(calibrationPath(), 'utf8')) as Partial<Kept> | null
    const age = wallClockMs() - Number(kept?.measuredAt)
    const isValid = kept?.machine === machine() && age >= 0 && age < KEPT_MS && Number(kept.overheadMs) > 0
    return isValid ? (kept as Kept) : undefined
  } catch {
    // Not there, or not ours: it is measured again.
    return undefined
  }
}

function keep(overheadMs: number): void {
  const kept: Kept = { machine: machine(), overheadMs, measuredAt: wallClockMs() }
  const path = calibrationPath()
  const draft = `${path}.${randomUUID()}`
  try {
    // Runs of several processes may write at once: each file is whole.
    writeFileSync(draft, JSON.stringify(kept), { flag: 'wx', mode: 0o600 })
    renameSync(draft, path)
  } catch {
    // A folder that cannot be written to costs the next run some milliseconds.
  }
}

/** All that a figure depends on and that does not change by the minute. */
function machine(): string {
  const cpu = cpus()[0]?.model.trim() ?? ''
  return [hostname(), process.arch, cpu, availableParallelism(), process.version, packageVersion()].join(' | ')
}
