/** What every command that serves goes through: a port, the URL, and the end at the first interrupt. */
import { ConfigError, onStopSignals, STOP_CODES, STOP_SIGNALS } from '../config/index.ts'
import type { Io } from './io.ts'
import { notice } from './io.ts'

export interface Served {
  url: string
  close(): Promise<void>
}

/** What a command has of its own. */
export interface Serving {
  /** For messages; 0: any free one. */
  port: number
  start(): Promise<Served>
  /** What is served where, in one sentence. */
  started(url: string): string
  /** What a user should know besides how to stop it. */
  remark?: string
}

/**
 * Serves until the first interrupt; a second ends the process at once.
 *
 * @returns exit code 0
 * @throws ConfigError when the port is taken or may not be opened
 */
export async function serveUntilInterrupted(io: Io, { port, start, started, remark }: Serving): Promise<number> {
  const stopped = firstInterrupt(io)
  const server = await start().catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new ConfigError(`option --port: ${port} is taken by another program; choose another`)
    if (error.code === 'EACCES')
      throw new ConfigError(`option --port: ${port} may not be opened by this user; choose one above 1023`)
    throw error
  })
  io.stdout.write(`perfgate: ${started(server.url)}\n`)
  notice(io, `${remark === undefined ? '' : `${remark}; `}interrupt to stop`)
  const unlisten = await stopped
  await server.close()
  unlisten()
  return 0
}

/** @returns when interrupted, a function that stops listening */
function firstInterrupt(io: Io): Promise<() => void> {
  return new Promise((resolve) => {
    let isStopping = false
    const unlisten = onStopSignals(
      STOP_SIGNALS,
      (signal) => {
        if (isStopping) io.exit(STOP_CODES[signal])
        isStopping = true
        resolve(unlisten)
      },
      io.signals,
    )
  })
}
