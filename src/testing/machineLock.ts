/** One load at a time on this machine: a lock between all processes of a user, with a note of who holds it. */
import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError, wallClockMs } from '../config/index.ts'
import {
  DatabaseSync,
  isAlive,
  machineFolder,
  type Owner,
  ownProcess,
  readMachineFile,
  sweepMachineFolder,
  writeMachineFile,
} from '../records/index.ts'

export interface LockRequest {
  /** What the load is called, for those who wait for it. */
  what: string
  /** Told once who is waited for, and why loads of other processes are not waited for where they cannot be. */
  say(text: string): void
  /** One load is waited for so long. */
  longestMs?: number
}

/**
 * SQLite holds it as a lock of the operating system, which ends with the process that took it: a killed run leaves
 * nothing to clean up, and no stale process id has to be guessed at.
 */
const LOCK = 'load.lock'
const NOTE = 'load.json'

const POLL_MS = 50
const SQLITE_BUSY = 5
/** A run without a time of its own ends after one hour. */
const LONGEST_MS = 2 * 3_600_000
/** The holder writes its note when it has the lock. */
const NOTE_MS = 500

interface Holder {
  what: string
  owner: Owner
  /** Unix milliseconds. */
  since: number
}

let hasSaidWhy = false

/**
 * Waits until no other process loads. Where the folder of the lock cannot be trusted it is not waited for, and a notice
 * says so once in a process.
 *
 * @returns gives the machine free
 * @throws the reason of `signal` when it is aborted before
 * @throws ConfigError naming the load that has been waited for too long
 */
export async function lockMachine(signal: AbortSignal, request: LockRequest): Promise<() => void> {
  signal.throwIfAborted()
  const { path: folder, fault } = machineFolder()
  if (folder === undefined) return withoutLock(request, fault)
  let lock: DatabaseSync | undefined
  try {
    lock = openLock(join(folder, LOCK))
    await waitFor(lock, folder, signal, request)
  } catch (error) {
    lock?.close()
    if (signal.aborted || error instanceof ConfigError) throw error
    return withoutLock(request, `${join(folder, LOCK)} cannot be used: ${(error as Error).message}`)
  }
  noteHolder(folder, request.what)
  return () => {
    rmSync(join(folder, NOTE), { force: true })
    lock.close()
  }
}

function withoutLock({ say }: LockRequest, why: string): () => void {
  if (!hasSaidWhy) say(`loads of other processes on this machine are not waited for: ${why}`)
  hasSaidWhy = true
  return () => {}
}

function openLock(path: string): DatabaseSync {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isFile()) throw new Error('it is not a regular file; remove it')
  return new DatabaseSync(path)
}

async function waitFor(
  lock: DatabaseSync,
  folder: string,
  signal: AbortSignal,
  { say, longestMs = LONGEST_MS }: LockRequest,
): Promise<void> {
  const begun = performance.now()
  let hasSaid = false
  let holder: Holder | undefined
  let heldSince = begun
  while (!tryLock(lock)) {
    const now = performance.now()
    const latest = readHolder(folder)
    if (latest?.since !== holder?.since) heldSince = now
    holder = latest
    if (!hasSaid && (holder !== undefined || now - begun >= NOTE_MS)) {
      say(`waiting: another perf test runs on this machine${named(holder)}`)
      hasSaid = true
    }
    if (now - heldSince >= longestMs)
      throw new ConfigError(
        `waited ${hours(longestMs)} for another perf test on this machine${named(holder)}, which still runs; end that process, or start again later`,
      )
    await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false
    throw error
  }
}

/** Nobody needs it to be right: the lock itself is elsewhere. */
function noteHolder(folder: string, what: string): void {
  try {
    const note: Holder = { what, owner: ownProcess(), since: wallClockMs() }
    writeMachineFile(join(folder, NOTE), JSON.stringify(note))
    sweepMachineFolder(folder, [LOCK])
  } catch {
    // Who waits is told less.
  }
}

function readHolder(folder: string): Holder | undefined {
  try {
    const note = JSON.parse(readMachineFile(join(folder, NOTE)) ?? 'null') as Partial<Holder> | null
    const isValid = typeof note?.what === 'string' && typeof note.since === 'number' && isAlive(note.owner) === true
    return isValid ? (note as Holder) : undefined
  } catch {
    return undefined
  }
}

function named(holder: Holder | undefined): string {
  return holder === undefined ? '' : `: "${holder.what}" (process ${holder.owner.pid})`
}

function hours(ms: number): string {
  return ms >= 3_600_000 ? `${ms / 3_600_000} h` : `${ms / 1000} s`
}
