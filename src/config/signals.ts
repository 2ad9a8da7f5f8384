/** Signals that stop a run, and with which code a process ends that one of them stopped: 128 and the signal's number. */

export const STOP_CODES = { SIGINT: 130, SIGTERM: 143 } as const

export type StopSignal = keyof typeof STOP_CODES

export const STOP_SIGNALS = Object.keys(STOP_CODES) as StopSignal[]

/** Told at the first signal. @param again what a second one does, as in `ends at once` */
export function stoppingText(again: string): string {
  return `Stopping. Requests in flight may finish, then results are written. A second Ctrl+C ${again}.`
}
