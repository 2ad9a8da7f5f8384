/** What every kind of perf test does around its load: takes its turn, keeps to its time, and fails without a stack. */
import { ConfigError, camelCase, EndpointError } from '../config/index.ts'
import { sleep, startTimer } from '../config/timers.ts'
import { DatabaseSync, StoreError, userFile } from '../records/index.ts'
import type { RunHooks } from '../run/index.ts'
import type { Host } from './host.ts'

/** The load itself: `hooks` carry the signal that ends it and the name it runs under. */
type Load<T> = (hooks: RunHooks) => Promise<T>

/**
 * Runs a load when no other runs on this machine.
 *
 * @param name of the scenario, where it has one of its own
 * @param timeoutMs the load is stopped after it; waiting for the turn does not count
 * @throws the reason of the host's signal, when it is aborted before the turn comes
 * @throws what the load throws; without a stack where the mistake is not in code
 */
export function runInTurn<T>(
  host: Host,
  { name, timeoutMs }: { name: string | undefined; timeoutMs: number | undefined },
  load: Load<T>,
): Promise<{ outcome: T; timedOut: boolean }> {
  const measure = async (): Promise<{ outcome: T; timedOut: boolean }> => {
    const deadline = new AbortController()
    const timer = timeoutMs === undefined ? undefined : startTimer(() => deadline.abort(), timeoutMs)
    try {
      const outcome = await load({
        signal: AbortSignal.any([host.signal, deadline.signal]),
        label: name ?? host.name,
        onNotice: (text) => host.say(text),
        ...(host.progress === undefined ? {} : { onProgress: (progress) => host.progress?.(progress) }),
      })
      return { outcome, timedOut: deadline.signal.aborted }
    } catch (error) {
      const expected = error instanceof ConfigError || error instanceof EndpointError || error instanceof StoreError
      throw expected ? withoutStack(error) : error
    } finally {
      timer?.stop()
      host.progress?.(undefined)
    }
  }
  return exclusively(host.signal, measure, () => host.say('waiting: another perf test runs on this machine'))
}

/** A scenario's own folder wins over the project's. */
export function withOutputs<C extends object>(config: C, host: Host): C {
  const own = outputsDirOf(config)
  const folder = own ?? host.outputsDir ?? undefined
  if (folder !== undefined) host.keeps?.(folder)
  return own !== undefined || folder === undefined ? config : { ...config, outputsDir: folder }
}

/** What a scenario says of itself, in whatever spelling. */
export function outputsDirOf(config: object): string | undefined {
  const own = Object.entries(config).find(([name]) => camelCase(name) === 'outputsDir')?.[1]
  return own === undefined ? undefined : String(own)
}

/** The stack of an expected failure leads into this library, where the reader has nothing to look for. */
export function withoutStack<E>(error: E): E {
  if (error instanceof Error) error.stack = `${error.name}: ${error.message}`
  return error
}

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
      await sleep(POLL_MS, signal)
      signal.throwIfAborted()
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
