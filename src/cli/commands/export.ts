/** `perfgate export <files> --format <name>`: results in the formats of other tools. */
import { basename, dirname, join } from 'node:path'
import { ConfigError } from '../../config/index.ts'
import type { ExportedFile, ExportFormat } from '../../report/export/index.ts'
import type { ReportRun } from '../../report/runSet.ts'
import { readChoice, readPairs } from '../flags.ts'
import type { Io } from '../io.ts'
import { notice } from '../io.ts'
import type { OpenRuns } from '../openRuns.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords } from '../usage.ts'

interface ExportFlags {
  format?: string
  out?: string
  base?: string[]
  endpoint?: string
  header?: string[]
  otlpProtocol?: string
}

/**
 * @throws ConfigError when a word is wrong or a result lacks what the format needs
 * @throws EndpointError when the collector did not take what was sent
 */
export async function exportCommand(args: readonly string[], io: Io): Promise<number> {
  const { EXPORT_FORMATS, pieces, sendOtlp, writeExported } = await import('../../report/export/index.ts')
  const command = quietCommand('perfgate export', io)
    .usage('<files or folders...> --format <name> [flags]')
    .description('Writes results and their requests in the formats of other tools, and prints the files’ names.')
    .argument('[paths...]', 'result JSON files, result DBs or folders of them')
    .option('--format <name>', 'one of those below')
    .option('--out <file>', 'where to write it; - for stdout (default: beside the result)')
    .option('--base <file...>', 'of summary and shifts: results to compare with')
    .option('--endpoint <url>', 'of otlp: a collector to send to, for instance http://127.0.0.1:4318')
    .option('--header <k=v...>', 'of otlp: headers for the collector, over those of $OTEL_EXPORTER_OTLP_HEADERS')
    .option(
      '--otlp-protocol <name>',
      'of otlp: http/json or http/protobuf (default: $OTEL_EXPORTER_OTLP_PROTOCOL, or http/json)',
    )
    .addHelpText(
      'after',
      `\nFormats:\n${EXPORT_FORMATS.map(({ name, description }) => `  ${name.padEnd(12)} ${description}`).join('\n')}`,
    )
  const read = readWords<ExportFlags>(command, args)
  if (read === undefined) return 0
  const { flags, operands: paths } = read
  const format = chosen(EXPORT_FORMATS, flags.format)
  if (paths.length === 0)
    throw new ConfigError('export needs result DBs, for example: perfgate export outputs/*.db --format csv')
  if (flags.endpoint !== undefined && format.name !== 'otlp')
    throw new ConfigError(`option --endpoint: only the format otlp can be sent, not ${format.name}`)
  if (flags.otlpProtocol !== undefined && flags.endpoint === undefined)
    throw new ConfigError('option --otlp-protocol: files are written as JSON; it is for sending with --endpoint')
  const { openRuns } = await import('../openRuns.ts')
  const runs = openRuns(paths)
  const base = openBase(openRuns, flags.base ?? [], io)
  try {
    if (runs.runs.length === 0 && !['summary', 'ctrf'].includes(format.name))
      throw new ConfigError(
        `format ${format.name}: ${paths.join(', ')} has no run in it; comparisons and capacity searches are exported as summary or ctrf, and the DBs of their sides and levels in any format`,
      )
    const missing = runs.runs.find(({ requests }) => format.needsRequests && requests === undefined)
    if (missing !== undefined)
      throw new ConfigError(
        `format ${format.name}: "${missing.result.name}" has no result DB beside its JSON, and this format needs its requests`,
      )
    const sets = format.joins ? [runs.runs] : runs.runs.map((run) => [run])
    for (const set of sets) {
      if (flags.endpoint !== undefined) {
        const { endpoint, otlpProtocol: protocol } = flags
        const headers = readPairs('header', flags.header ?? [])
        const sent = await sendOtlp({ endpoint, protocol, headers, env: io.env }, set[0]!)
        io.stdout.write(`sent ${sent} to ${endpoint}\n`)
        continue
      }
      const files = await format.write(set, { ...runs, base: base.runs, baseMissing: base.missing })
      for (const file of files) {
        if (flags.out === '-') {
          for (const piece of pieces(file.content)) io.stdout.write(Buffer.from(piece).toString())
          continue
        }
        const path = pathOf(file, { out: flags.out, set, paths, several: files.length > 1 || sets.length > 1, format })
        writeExported(path, file)
        io.stdout.write(`${path}\n`)
      }
    }
    return 0
  } finally {
    runs.close()
    base.close()
  }
}

/**
 * The change that adds the first perf tests has no results before it to compare with. Its summary says so, rather than
 * not to be made.
 */
function openBase(
  open: (paths: readonly string[]) => OpenRuns,
  paths: readonly string[],
  io: Io,
): OpenRuns & { missing?: string } {
  try {
    return open(paths)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    notice(io, `option --base: ${error.message}; nothing is compared`)
    return { ...open([]), missing: paths.join(', ') }
  }
}

function chosen(formats: readonly ExportFormat[], name: string | undefined): ExportFormat {
  const names = formats.map((format) => format.name)
  if (name === undefined) throw new ConfigError(`option --format: expected one of ${names.join(', ')}`)
  readChoice('format', name, names)
  return formats.find((format) => format.name === name)!
}

interface Place {
  out: string | undefined
  set: readonly ReportRun[]
  paths: readonly string[]
  several: boolean
  format: ExportFormat
}

/** Beside the result; with `--out` there, and where that names one file for several, it is taken as a folder. */
function pathOf({ ending }: ExportedFile, { out, set, paths, several, format }: Place): string {
  const [first] = paths as [string]
  const isFile = /\.(json|db)$/.test(first)
  const folder = isFile ? dirname(first) : first
  const db = set[0]?.result.summary.resultDbPath
  const single = isFile && paths.length === 1 ? basename(first).replace(/\.(json|db)$/, '') : undefined
  const stem = format.joins && set.length > 1 ? format.name : (single ?? basename(db ?? 'run', '.db'))
  if (out === undefined) return join(folder, `${format.name === 'summary' ? 'summary' : stem}${ending}`)
  return several ? join(out, `${stem}${ending}`) : out
}

export const exportResults: CliCommand = {
  name: 'export',
  description: 'write results as CSV, Parquet, OpenMetrics, OTLP …',
  run: exportCommand,
}
