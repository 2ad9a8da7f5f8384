/** Ctrl-C, once: send nothing new; twice: cancel what is in flight; three times: leave at once. */
import type { InterruptSignal, Io } from './io.ts'

export const INTERRUPTED = 130

const SIGNALS: InterruptSignal[] = ['SIGINT', 'SIGTERM']

export interface Interrupts {
  /** Aborted by the first interrupt. */
  signal: AbortSignal
  /** Aborted by the second. */
  killSignal: AbortSignal
  close(): void
}

/** @param beforeExit puts the terminal in order when the process is ended at once */
export function listenForInterrupts(io: Io, say: (text: string) => void, beforeExit: () => void): Interrupts {
  const stop = new AbortController()
  const kill = new AbortController()
  function onSignal(): void {
    if (kill.signal.aborted) {
      beforeExit()
      io.exit(INTERRUPTED)
    } else if (stop.signal.aborted) {
      say('cancelling the requests in flight')
      kill.abort()
    } else {
      say('stopping: requests in flight may finish; interrupt again to cancel them')
      stop.abort()
    }
  }
  for (const name of SIGNALS) io.signals.on(name, onSignal)
  return {
    signal: stop.signal,
    killSignal: kill.signal,
    close: () => {
      for (const name of SIGNALS) io.signals.off(name, onSignal)
    },
  }
}
