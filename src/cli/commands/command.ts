/**
 * What a command of the CLI is, besides the run without one.
 *
 * A command reads its line with `readWords` (usage.ts). One that sends load goes through `measure`, one that serves through
 * `serveUntilInterrupted`.
 */
import type { Io } from '../io.ts'

export interface CliCommand {
  /** Its word on the command line. */
  readonly name: string
  /** One line for the general help. */
  readonly description: string
  /**
   * @param args the command line after the command's name
   * @returns the exit code
   * @throws ConfigError when the words are wrong
   */
  run(args: readonly string[], io: Io): number | Promise<number>
}
