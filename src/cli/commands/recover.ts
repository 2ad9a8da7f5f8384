/** `perfgate recover <file.db...>`: tables, summary and result JSON of runs that were killed. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../config/index.ts'
import { renderJson, renderText, runDocument } from '../../report/index.ts'
import type { Io } from '../io.ts'
import { jsonFlag, jsonOfAll, notice, printTables } from '../io.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords } from '../usage.ts'

/**
 * @returns 0 when every run could be recovered; that says nothing of its verdict
 * @throws ConfigError when there is no such file or its run goes on, StoreError when a DB cannot be read or completed
 */
export async function recoverCommand(args: readonly string[], io: Io): Promise<number> {
  const command = quietCommand('perfgate recover', io)
    .usage('<result DBs or folders...> [flags]')
    .description(
      [
        'Recovers runs that were killed: checks the DB, moves its write-ahead log into it,',
        'writes the result it comes to into the DB and the JSON beside it, puts a progress.json',
        'that was left at "running" right, and prints the tables. The verdict is "incomplete".',
        'Of a folder: every run in it that has no result. A run that goes on is left alone.',
      ].join('\n'),
    )
    .argument('[paths...]', 'result DBs')
    .addOption(jsonFlag())
  const read = readWords<{ json?: boolean }>(command, args)
  if (read === undefined) return 0
  const { operands, flags } = read
  if (operands.length === 0)
    throw new ConfigError('recover needs a result DB, for example: perfgate recover outputs/run.db')
  const { json = false } = flags
  const { mendProgressFile, readRunDb, recoverRun } = await import('../../records/index.ts')

  /** Those of a folder that are left alone are not named: nobody asked for them by name. */
  function unfinishedIn(folder: string): string[] {
    const paths = readdirSync(folder)
      .toSorted()
      .filter((name) => name.endsWith('.db'))
      .map((name) => join(folder, name))
    return paths.filter((path) => hasRows(path) && ['interrupted', 'unknown'].includes(readRunDb(path).state))
  }

  const say = (text: string): void => notice(io, text)
  const results: string[] = []
  for (const given of operands) {
    if (!existsSync(given)) throw new ConfigError(`"${given}": there is no such file; give a result DB`)
    const isFolder = statSync(given).isDirectory()
    const paths = isFolder ? unfinishedIn(given) : [given]
    if (paths.length === 0) {
      const mended = mendProgressFile(given)
      say(
        mended === undefined ? `${given}: nothing to recover` : `${mended} showed its run as still running; corrected`,
      )
    }
    for (const path of paths) {
      const { result, jsonPath, wasFinished, mendedPath } = recoverRun(path)
      if (mendedPath !== undefined) say(`${mendedPath} showed its run as still running; corrected`)
      say(
        wasFinished
          ? `${path}: the run was complete; its files are as they should be`
          : `${path}: recovered ${result.summary.totalRequests} requests; wrote ${jsonPath}`,
      )
      await printTables(io, json, (style) => renderText(runDocument(result), style))
      results.push(renderJson(result))
    }
  }
  if (json) io.stdout.write(jsonOfAll(results))
  return 0
}

/** Empty: its run ended before it began to measure. */
function hasRows(path: string): boolean {
  return statSync(path).size > 0 || existsSync(`${path}-wal`)
}

export const recover: CliCommand = {
  name: 'recover',
  description: 'tables and result of a run that was killed',
  run: recoverCommand,
}
