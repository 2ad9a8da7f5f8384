/** Ctrl-C, and the end of the process that Jest's worker belongs to: load comes to rest before this process ends. */

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
  const onInterrupt = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED)
    say('stopping: requests in flight may finish; interrupt again to leave at once')
    stopFor('interrupted', () => process.exit(INTERRUPTED))
  }
  const onParentGone = (): void => stopFor('Jest has ended', () => process.exit(1))
  process.on('SIGINT', onInterrupt)
  process.once('disconnect', onParentGone)
  return {
    signal: stop.signal,
    close: () => {
      process.off('SIGINT', onInterrupt)
      process.off('disconnect', onParentGone)
      ends?.()
    },
  }
}

const INTERRUPTED = 130
