/** Ctrl-C, a terminal that closes, and the end of the process that Jest's worker belongs to: load comes to rest before this process ends. */
import { onStopSignals, STOP_CODES, type StopSignal, stoppingText, TERMINAL_SIGNALS } from '../../config/signals.ts'

/** Loads of this process that end it themselves when they were interrupted. */
const LOADS = Symbol.for('perfgate.jest.loads')
const shared = globalThis as { [LOADS]?: number }

export interface Stopped {
  readonly signal: AbortSignal
  /** Called when the load is at rest: the process then ends as the signal would have ended it. */
  close(): void
}

/**
 * Jest ends at once when it is interrupted, and its workers go on when it has ended. While load runs, the first Ctrl-C
 * only stops it, so that what was measured is written; the second ends the process at once.
 */
export function stoppedWithProcess(say: (text: string) => void): Stopped {
  const stop = new AbortController()
  let ends: (() => void) | undefined
  const stopFor = (reason: string, end: () => void): void => {
    ends ??= end
    stop.abort(new Error(reason))
  }
  const onInterrupt = (signal: StopSignal): void => {
    if (stop.signal.aborted) process.exit(STOP_CODES[signal])
    say(stoppingText('ends at once'))
    stopFor('interrupted', () => process.exit(STOP_CODES[signal]))
  }
  const onParentGone = (): void => stopFor('Jest has ended', () => process.exit(1))
  shared[LOADS] = (shared[LOADS] ?? 0) + 1
  const unlisten = onStopSignals(TERMINAL_SIGNALS, onInterrupt)
  process.once('disconnect', onParentGone)
  return {
    signal: stop.signal,
    close: () => {
      shared[LOADS] = shared[LOADS]! - 1
      unlisten()
      process.off('disconnect', onParentGone)
      ends?.()
    },
  }
}

/**
 * In Jest's main process: has the summary written when the run is interrupted. Jest calls no reporter then.
 *
 * @returns ends the watch
 */
export function onInterruptedRun(write: () => void): () => void {
  let isWritten = false
  return onStopSignals(TERMINAL_SIGNALS, (signal) => {
    // The job's summary is appended to: a second Ctrl-C must not repeat it.
    if (!isWritten) write()
    isWritten = true
    // A load of this process ends it when its requests in flight have ended.
    if ((shared[LOADS] ?? 0) === 0) process.exit(STOP_CODES[signal])
  })
}
