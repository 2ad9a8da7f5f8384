/** `perfgate report <files>`: one HTML page over one run or a set of runs. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError, ciSystem } from '../../config/index.ts'
import type { Io } from '../io.ts'
import { notice } from '../io.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords } from '../usage.ts'

interface ReportFlags {
  out?: string
  open?: boolean
}

/**
 * @param open stands in for the desktop's own opener in tests
 * @throws ConfigError when a file is not a result, StoreError when a DB cannot be read
 */
export async function reportCommand(
  args: readonly string[],
  io: Io,
  open: (path: string, env: Io['env']) => void = openInBrowser,
): Promise<number> {
  const command = quietCommand('perfgate report', io)
    .usage('<files or folders...> [flags]')
    .description('Writes one self-contained HTML page from result JSON files, result DBs or folders of them.')
    .argument('[paths...]', 'results')
    .option('--out <file>', 'where to write it (default: beside the result; report.html for a set)')
    .option('--open', 'open it in the browser (not in CI)')
  const read = readWords<ReportFlags>(command, args)
  if (read === undefined) return 0
  const { operands: paths, flags } = read
  if (paths.length === 0)
    throw new ConfigError('report needs result files, for example: perfgate report reports/*.json')
  const { out, open: wanted = false } = flags
  const { openRuns } = await import('../openRuns.ts')
  const { renderHtml } = await import('../../report/html/index.ts')
  const runs = openRuns(paths)
  try {
    const page = renderHtml(runs)
    const file = out ?? defaultPath(paths)
    try {
      writeFileSync(file, page)
    } catch (error) {
      throw new ConfigError(`option --out: cannot write "${file}": ${(error as Error).message}`)
    }
    io.stdout.write(`${file}\n`)
    if (!wanted) return 0
    // A job has no one to look at it, and an opener may wait for a desktop that never comes.
    if (ciSystem(io.env) !== undefined) notice(io, '--open is left out in CI')
    else open(file, io.env)
    return 0
  } finally {
    runs.close()
  }
}

/** One file has its page beside it, several and folders have one of their own. */
function defaultPath(paths: readonly string[]): string {
  const [first] = paths as [string]
  const isFile = /\.(json|db)$/.test(first)
  return paths.length === 1 && isFile
    ? first.replace(/\.(json|db)$/, '.html')
    : join(isFile ? dirname(first) : first, 'report.html')
}

/** What the user named in `BROWSER`, or what each desktop has; one without a desktop has the path on stdout. */
function openInBrowser(path: string, env: Io['env']): void {
  const own = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open'
  spawn(env['BROWSER'] || own, [path], { stdio: 'ignore', detached: true, env })
    .on('error', () => {})
    .unref()
}

export const report: CliCommand = {
  name: 'report',
  description: 'write an HTML page from results',
  run: (args, io) => reportCommand(args, io),
}
