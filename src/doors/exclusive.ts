/** One load at a time: a queue within this process, and between processes a lock that ends with its owner. */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
// Not from the folder's index: a worker that waits for its turn needs nothing else of it.
import { userFile } from '../store/files.ts'

const POLL_MS = 50
const SQLITE_BUSY = 5

/** On globalThis, because one process may hold two copies of this module (sources inlined by Vite, and a built package). */
const QUEUE = Symbol.for('perfgate.load.queue')
const shared = globalThis as { [QUEUE]?: Promise<unknown> }

/**
 * Runs `work` when no other load runs in this process or in any other process of this user on this machine.
 *
 * @param onWait called once when another process holds the machine
 * @throws the reason of `signal` when it is aborted before the turn comes
 */
export function exclusively<T>(signal: AbortSignal, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  const turn = (shared[QUEUE] ?? Promise.resolve()).then(async () => {
    const release = await lockMachine(signal, onWait)
    try {
      return await work()
    } finally {
      release()
    }
  })
  shared[QUEUE] = turn.catch(() => {})
  return turn
}

/**
 * Where the lock is. SQLite holds it as a lock of the operating system, which ends with the process that took it:
 * a killed run leaves nothing to clean up, and no stale process id has to be guessed at.
 */
export function lockPath(): string {
  return userFile('load', 'lock')
}

async function lockMachine(signal: AbortSignal, onWait: (() => void) | undefined): Promise<() => void> {
  signal.throwIfAborted()
  const lock = new DatabaseSync(lockPath())
  try {
    for (let attempt = 0; !tryLock(lock); attempt++) {
      if (attempt === 0) onWait?.()
      await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
    return () => lock.close()
  } catch (error) {
    lock.close()
    throw error
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
