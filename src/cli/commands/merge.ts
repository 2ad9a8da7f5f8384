/** `perfgate merge <DBs or folders>`: the parts of a load that ran on several machines, as one run. */
import { ConfigError } from '../../config/index.ts'
import { renderJson, renderText, terminalStyle } from '../../report/index.ts'
import { exitCodeOf } from '../exitCode.ts'
import type { Io } from '../io.ts'
import { isHelp, quietCommand, usageError } from '../usage.ts'
import type { CliCommand } from './command.ts'

interface MergeFlags {
  allowMissing?: boolean
  outputsDir?: string
  json?: boolean
}

/**
 * @returns the exit code of a run with these figures
 * @throws ConfigError when the DBs are not the parts of one load, StoreError when one cannot be read or the result not written
 */
export async function mergeCommand(args: readonly string[], io: Io): Promise<number> {
  const command = quietCommand('perfgate merge', io)
    .usage('<result DBs or folders...> [flags]')
    .description(
      [
        'Joins the parts of a load that were run with --load-shard: all requests on one clock,',
        'every figure computed anew from them, thresholds judged on the whole. Writes a DB, JSON',
        'and Markdown as a run does, and ends with the exit code of a run.',
      ].join('\n'),
    )
    .argument('[paths...]', 'result DBs of the parts')
    .option('--allow-missing', 'go on where a part is missing; the result says so')
    .option('--outputs-dir <dir>', 'where to write it (default: as the scenario says)')
    .option('--json', 'print the result as JSON on stdout, and nothing else there')
  try {
    command.parse(args, { from: 'user' })
  } catch (error) {
    if (isHelp(error)) return 0
    throw usageError(error, ['allow-missing', 'outputs-dir', 'json'])
  }
  if (command.args.length === 0)
    throw new ConfigError('merge what? Give the result DBs of the parts, or the folder they are in')
  const { allowMissing = false, outputsDir, json = false } = command.opts<MergeFlags>()
  const { mergeShards } = await import('../../run/index.ts')
  const { result, path } = mergeShards(command.args, { allowMissing, outputsDir })
  const tables = json ? io.stderr : io.stdout
  tables.write(`${renderText(result, terminalStyle(tables, io.env))}\n`)
  io.stderr.write(`perfgate: wrote ${path}.db, ${path}.json and ${path}.md\n`)
  if (json) io.stdout.write(renderJson(result))
  return exitCodeOf([result])
}

export const merge: CliCommand = {
  name: 'merge',
  description: 'join the parts of a load from several machines',
  run: mergeCommand,
}
