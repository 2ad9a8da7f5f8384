/**
 * Ctrl-C and SIGTERM in `vitest run`: the first lets load end and results be written, the second ends at once.
 *
 * Vitest itself exits on the first one, so that nothing would be written. In watch mode it reads Ctrl-C as a key and
 * cancels the run, and nothing here is needed.
 */
import type { RunnerTestCase } from 'vitest'
import type { Vitest } from 'vitest/node'
import { STOP_CODES, STOP_SIGNALS, type StopSignal, stoppingText } from '../../config/signals.ts'
import { removeExitListeners } from './internals.ts'

const watched = new WeakSet<Vitest>()

const OUTLIVES = Symbol.for('perfgate.vitest.outlivesInterrupt')
const LOADS = Symbol.for('perfgate.vitest.loads')
/** On globalThis, because one process may hold two copies of this module. */
const shared = globalThis as { [OUTLIVES]?: boolean; [LOADS]?: WeakMap<RunnerTestCase, Promise<unknown>> }

/** In Vitest's main process. Further projects of the same run change nothing. */
export function cancelOnSignals(vitest: Vitest): void {
  if (vitest.config.watch || watched.has(vitest)) return
  watched.add(vitest)
  let received: StopSignal | undefined
  const listeners = STOP_SIGNALS.flatMap((signal) => {
    // A Vitest that does something else now keeps its own way.
    if (!removeExitListeners(signal)) return []
    const listener = (): void => {
      if (received !== undefined) process.exit(STOP_CODES[signal])
      received = signal
      process.stderr.write(`perfgate: ${stoppingText('ends at once')}\n`)
      void vitest.cancelCurrentRun('keyboard-input')
    }
    process.on(signal, listener)
    return [{ signal, listener }]
  })
  vitest.onClose(() => {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  })
  // Vitest says 0 or 1 by the tests that ran.
  process.once('exit', () => {
    if (received !== undefined) process.exitCode = STOP_CODES[received]
  })
}

/**
 * In a worker process: a terminal sends Ctrl-C to every process of the run. The first is Vitest's to hand on; the second
 * ends this process too. SIGTERM keeps its effect, since Vitest ends its workers with it.
 */
export function outliveFirstInterrupt(): void {
  // A worker that runs several files loads the runner for each.
  if (shared[OUTLIVES] === true) return
  shared[OUTLIVES] = true
  let isSecond = false
  process.on('SIGINT', () => {
    if (isSecond) process.exit(STOP_CODES.SIGINT)
    isSecond = true
  })
}

/** Vitest gives a test up the moment it is cancelled; its load still has requests in flight and figures to write. */
export function trackLoad(test: RunnerTestCase, load: Promise<unknown>): void {
  shared[LOADS] ??= new WeakMap()
  shared[LOADS].set(test, load)
}

/** Resolves when the test's load has stopped and what it measured is recorded; at once for a test without load. */
export async function loadSettled(test: RunnerTestCase): Promise<void> {
  await shared[LOADS]?.get(test)?.catch(() => {})
}
