/** The command line: picks the command, and turns every error into a message and an exit code. */
import { withPlaces } from '../config/files/index.ts'
import { COMMANDS } from './commands/index.ts'
import { codeOf, messageOf } from './exit.ts'
import { configLayerOf, underFlags } from './flags.ts'
import { type Io, notice, processIo, warnOfKey, withoutSecrets } from './io.ts'
import type { RunBenchmark } from './run.ts'
import { runCommand } from './run.ts'
import { readWords, refuseOperands, runUsage } from './usage.ts'
import { valuesOf } from './values.ts'

/**
 * @param args the command line without the program's name
 * @param run stands in for `runPerfBenchmark` in tests
 * @returns the exit code: 0 pass, 1 fail, 2 wrong usage, 3 no endpoint, 130 or 143 interrupted
 */
export async function main(args: readonly string[], given: Io = processIo(), run?: RunBenchmark): Promise<number> {
  const io = withoutSecrets(given, args)
  try {
    warnOfKey(io, args)
    const command = COMMANDS.find(({ name }) => name === args[0])
    if (command !== undefined) return await command.run(args.slice(1), io)
    return await runOrHelp(args, io, run)
  } catch (error) {
    notice(io, messageOf(error))
    return codeOf(error)
  }
}

async function runOrHelp(args: readonly string[], io: Io, run: RunBenchmark | undefined): Promise<number> {
  const { command, words } = runUsage(io, COMMANDS)
  const read = readWords<{ version?: boolean; json?: boolean; printConfig?: boolean }>(command, args)
  if (read === undefined) return 0
  const { version, json = false, printConfig = false } = read.flags
  if (version) {
    const { packageVersion } = await import('../records/index.ts')
    io.stdout.write(`${packageVersion()}\n`)
    return 0
  }
  const flags = valuesOf(words)
  const isCommand = args[0] === read.operands[0]
  const commands = isCommand ? COMMANDS.map(({ name }) => name) : []
  const patterns = refuseOperands(read.operands, { files: true, commands })
  const defaults = configLayerOf(command, io)
  if (patterns.length > 0) {
    const { runScenarios } = await import('./scenarios.ts')
    return runScenarios({ patterns, flags, defaults, json, printOnly: printConfig }, io, { run })
  }
  const layered = underFlags(defaults, flags)
  const { config, origins } = layered
  if (!printConfig) return runCommand({ config, origins, json }, io, run)
  const { printRunConfig } = await import('./scenarios.ts')
  return withPlaces(layered, () => printRunConfig({ config, layered, json }, io))
}
