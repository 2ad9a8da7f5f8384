/** `perfgate merge <DBs or folders>`: the parts of a load that ran on several machines, as one run. */
import { ConfigError } from '../../config/index.ts'
import { renderJson, renderMarkdown, renderText, runDocument } from '../../report/index.ts'
import { exitCodeOf } from '../exit.ts'
import type { Io } from '../io.ts'
import { jsonFlag, notice, printTables } from '../io.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords } from '../usage.ts'

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
    .addOption(jsonFlag())
  const read = readWords<MergeFlags>(command, args)
  if (read === undefined) return 0
  if (read.operands.length === 0)
    throw new ConfigError('merge needs the result DBs of the parts, or the folder they are in')
  const { allowMissing = false, outputsDir, json = false } = read.flags
  const { mergeShards, writeWholeFile } = await import('../../records/index.ts')
  const { result, path } = mergeShards(read.operands, { allowMissing, outputsDir })
  const document = runDocument(result)
  writeWholeFile(`${path}.md`, renderMarkdown(document))
  await printTables(io, json, (style) => renderText(document, style))
  notice(io, `wrote ${path}.db, ${path}.json and ${path}.md`)
  if (json) io.stdout.write(renderJson(result))
  return exitCodeOf([result])
}

export const merge: CliCommand = {
  name: 'merge',
  description: 'join the parts of a load from several machines',
  run: mergeCommand,
}
