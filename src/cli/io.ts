/** The outside world as the CLI sees it; tests hand in another one. */

export interface Output {
  write(text: string): unknown
  isTTY?: boolean | undefined
  columns?: number | undefined
  rows?: number | undefined
}

export type InterruptSignal = 'SIGINT' | 'SIGTERM'

export interface Io {
  stdout: Output
  stderr: Output
  env: Record<string, string | undefined>
  signals: {
    on(signal: InterruptSignal, listener: () => void): unknown
    off(signal: InterruptSignal, listener: () => void): unknown
  }
  /** Ends the process at once, when the user has asked for it three times. */
  exit(code: number): void
}

export function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signals: process,
    exit: (code) => process.exit(code),
  }
}
