/** What every command that sends load goes through: progress, notices, interrupts, tables or JSON, exit code. */
import { type TerminalStyle, terminalStyle } from '../report/index.ts'
import type { RunHooks } from '../run/index.ts'
import { listenForInterrupts } from './interrupts.ts'
import type { Io } from './io.ts'
import { printTables } from './output.ts'
import { showProgress } from './progress.ts'

/** A command line, read. */
export interface LoadRequest {
  config: Record<string, unknown>
  /** Stdout is for the JSON alone; all else goes to stderr. */
  json: boolean
}

/** What a command has of its own. */
export interface Measurement<Measured> {
  run(hooks: RunHooks): Promise<Measured>
  text(measured: Measured, style: TerminalStyle): string | Promise<string>
  json(measured: Measured): string
  exitCode(measured: Measured): number
}

/**
 * @returns the exit code: that of an interrupt where there was one, else what the measurement says
 * @throws what `run` throws: ConfigError, EndpointError, StoreError
 */
export async function measure<Measured>(
  { config, json }: LoadRequest,
  io: Io,
  { run, ...of }: Measurement<Measured>,
): Promise<number> {
  const progress = showProgress({
    output: io.stderr,
    style: terminalStyle(io.stderr, io.env),
    everyRequests: Number(config['logEveryNQuery'] ?? 0) || 0,
  })
  const say = (text: string): void => progress.say(`perfgate: ${text}`)
  const interrupts = listenForInterrupts(io, say, progress.end)
  const { signal, killSignal } = interrupts
  try {
    const measured = await run({ onProgress: progress.update, onNotice: say, signal, killSignal })
    progress.end()
    await printTables(io, json, (style) => of.text(measured, style))
    if (json) io.stdout.write(of.json(measured))
    return interrupts.exitCode ?? of.exitCode(measured)
  } catch (error) {
    progress.end()
    return interrupts.exitCodeOf(error)
  } finally {
    progress.end()
    interrupts.close()
  }
}
