/**
 * Ctrl-C, SIGTERM and SIGHUP in `vitest run`: the first lets load end and results be written, the second ends at once.
 *
 * Vitest itself exits on the first one, so that nothing would be written. In watch mode it reads Ctrl-C as a key and
 * cancels the run, and nothing here is needed.
 */
import type { RunnerTestCase } from 'vitest'
import type { Vitest } from 'vitest/node'
import {
  onStopSignals,
  STOP_CODES,
  STOP_SIGNALS,
  type StopSignal,
  stoppingText,
  TERMINAL_SIGNALS,
} from '../../config/signals.ts'
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
  // A Vitest that does something else now keeps its own way; to SIGHUP it does not listen at all.
  const ours = STOP_SIGNALS.filter((signal) => signal === 'SIGHUP' || removeExitListeners(signal))
  const unlisten = onStopSignals(ours, (signal) => {
    if (received !== undefined) process.exit(STOP_CODES[signal])
    received = signal
    process.stderr.write(`perfgate: ${stoppingText('ends at once')}\n`)
    void vitest.cancelCurrentRun('keyboard-input')
  })
  vitest.onClose(unlisten)
  // Vitest says 0 or 1 by the tests that ran.
  process.once('exit', () => {
    if (received !== undefined) process.exitCode = STOP_CODES[received]
  })
}

/**
 * In a worker process: a terminal sends Ctrl-C to every process of the run. The first is Vitest's to hand on; the second
 * ends this process too.
 */
export function outliveFirstInterrupt(): void {
  // A worker that runs several files loads the runner for each.
  if (shared[OUTLIVES] === true) return
  shared[OUTLIVES] = true
  let isSecond = false
  onStopSignals(TERMINAL_SIGNALS, (signal) => {
    if (isSecond) process.exit(STOP_CODES[signal])
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
