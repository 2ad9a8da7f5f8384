/** Signals that stop a run, and with which code a process ends that one of them stopped: 128 and the signal's number. */

/** SIGHUP comes when the terminal closes, or the connection to another machine breaks. */
export const STOP_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export type StopSignal = keyof typeof STOP_CODES

export const STOP_SIGNALS = Object.keys(STOP_CODES) as StopSignal[]

/**
 * A terminal sends these to every process of a run. In a worker of a test framework SIGTERM keeps its effect, since
 * frameworks end their workers with it.
 */
export const TERMINAL_SIGNALS = ['SIGINT', 'SIGHUP'] as const satisfies readonly StopSignal[]

/**
 * Listens for stop signals. @returns ends the listening
 *
 * @param target stands in for `process` in tests
 */
export function onStopSignals(
  signals: readonly StopSignal[],
  listener: (signal: StopSignal) => void,
  target: SignalTarget = process,
): () => void {
  const listeners = signals.map((signal) => ({
    signal,
    listen: () => {
      if (signal === 'SIGHUP') writeToNobody()
      listener(signal)
    },
  }))
  for (const { signal, listen } of listeners) target.on(signal, listen)
  return () => {
    for (const { signal, listen } of listeners) target.off(signal, listen)
  }
}

/** The terminal is gone: what is written to it fails, which must not end the run before its results are written. */
function writeToNobody(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

export interface SignalTarget {
  on(signal: StopSignal, listener: () => void): unknown
  off(signal: StopSignal, listener: () => void): unknown
}

/** Told at the first signal. @param again what a second one does, as in `ends at once` */
export function stoppingText(again: string): string {
  return `Stopping. Requests in flight may finish, then results are written. A second Ctrl+C ${again}.`
}
