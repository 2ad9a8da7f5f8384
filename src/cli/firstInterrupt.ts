/** The end of a command that serves until it is told to stop. */
import { INTERRUPTED } from './interrupts.ts'
import type { Io } from './io.ts'

/** @returns when interrupted, a function that stops listening; a second interrupt ends the process at once */
export function firstInterrupt(io: Io): Promise<() => void> {
  return new Promise((resolve) => {
    let isStopping = false
    const onSignal = (): void => {
      if (isStopping) io.exit(INTERRUPTED)
      isStopping = true
      resolve(() => {
        io.signals.off('SIGINT', onSignal)
        io.signals.off('SIGTERM', onSignal)
      })
    }
    io.signals.on('SIGINT', onSignal)
    io.signals.on('SIGTERM', onSignal)
  })
}
