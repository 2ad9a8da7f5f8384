/** The command line: picks the command, and turns every error into a message and an exit code. */
import { ConfigError, EndpointError } from '../config/index.ts'
import { COMMANDS } from './commands/index.ts'
import { inOneSpelling } from './flags.ts'
import { type Io, processIo } from './io.ts'
import { type RunBenchmark, runCommand } from './run.ts'
import { warnOfKey, withoutSecrets } from './secrets.ts'
import { isHelp, refuseOperands, runUsage, usageError } from './usage.ts'
import { valuesOf } from './values.ts'

const FAILED = 1
const WRONG_USAGE = 2
const NO_ENDPOINT = 3

/**
 * @param args the command line without the program's name
 * @param run stands in for `runPerfBenchmark` in tests
 * @returns the exit code: 0 pass, 1 fail, 2 wrong usage, 3 no endpoint, 130 interrupted
 */
export async function main(args: readonly string[], given: Io = processIo(), run?: RunBenchmark): Promise<number> {
  const io = withoutSecrets(given, args)
  try {
    warnOfKey(io, args)
    const command = COMMANDS.find(({ name }) => name === args[0])
    if (command !== undefined) return await command.run(args.slice(1), io)
    return await runOrHelp(args, io, run)
  } catch (error) {
    io.stderr.write(`perfgate: ${messageOf(error)}\n`)
    return codeOf(error)
  }
}

async function runOrHelp(args: readonly string[], io: Io, run: RunBenchmark | undefined): Promise<number> {
  const { command, words } = runUsage(io, COMMANDS)
  try {
    command.parse(inOneSpelling(args), { from: 'user' })
  } catch (error) {
    if (isHelp(error)) return 0
    throw usageError(error)
  }
  const { version, json = false } = command.opts<{ version?: boolean; json?: boolean }>()
  if (version) {
    const { packageVersion } = await import('../run/index.ts')
    io.stdout.write(`${packageVersion()}\n`)
    return 0
  }
  const config = valuesOf(words)
  refuseOperands(command.args)
  return runCommand({ config, json }, io, run)
}

function codeOf(error: unknown): number {
  if (error instanceof ConfigError) return WRONG_USAGE
  return error instanceof EndpointError ? NO_ENDPOINT : FAILED
}

/** Errors a user can cause have a name of ours and tell the whole story; of others the stack is needed too. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isForeign = ['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(error.name)
  return isForeign ? (error.stack ?? error.message) : error.message
}
