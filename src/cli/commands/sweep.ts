/** `perfgate sweep`: doubles the load until the endpoint is over-saturated, and draws the curve. */
import { Option } from 'commander'
import { ConfigError } from '../../config/index.ts'
import { renderSweep, terminalStyle } from '../../report/index.ts'
import type { SweepResult } from '../../result/index.ts'
import type { RunHooks, SweepRange } from '../../run/index.ts'
import { addConfigFlags, CONFIG_FLAGS, configLayerOf, underFlags } from '../configFlags.ts'
import { addRunFlags, inOneSpelling } from '../flags.ts'
import { listenForInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { showProgress } from '../progress.ts'
import { isHelp, quietCommand, RUN_FLAGS, refuseOperands, usageError } from '../usage.ts'
import { valuesOf } from '../values.ts'
import type { CliCommand } from './command.ts'

/** What is needed of `runSweep`. */
export type RunSweep = (
  config: Record<string, unknown>,
  range: SweepRange,
  hooks: RunHooks,
) => Promise<{ sweep: SweepResult }>

const DEFAULT_TO = 256

/** @throws ConfigError when a flag is wrong; what the sweep throws */
export async function sweepCommand(args: readonly string[], io: Io, run: RunSweep = runWhenWanted): Promise<number> {
  const request = read(args, io)
  if (request === undefined) return 0
  const { config, range, json } = request
  const progress = showProgress({ output: io.stderr, style: terminalStyle(io.stderr, io.env), everyRequests: 0 })
  const say = (text: string): void => progress.say(`perfgate: ${text}`)
  const interrupts = listenForInterrupts(io, say, progress.end)
  const { signal, killSignal } = interrupts
  try {
    const { sweep } = await run(config, range, { onProgress: progress.update, onNotice: say, signal, killSignal })
    progress.end()
    const tables = json ? io.stderr : io.stdout
    tables.write(`${renderSweep(sweep, terminalStyle(tables, io.env))}\n`)
    if (json) io.stdout.write(`${JSON.stringify(sweep, null, 2)}\n`)
    if (interrupts.exitCode !== undefined) return interrupts.exitCode
    if (sweep.results.at(-1)?.interrupted) return 1
    return sweep.results.some(({ verdict }) => verdict !== 'fail') ? 0 : 1
  } catch (error) {
    progress.end()
    return interrupts.exitCodeOf(error)
  } finally {
    progress.end()
    interrupts.close()
  }
}

interface Request {
  config: Record<string, unknown>
  range: SweepRange
  json: boolean
}

/** Undefined when help was printed. */
function read(args: readonly string[], io: Io): Request | undefined {
  const command = quietCommand('perfgate sweep', io)
    .usage('[flags]')
    .description(
      'Runs a scenario at one load, twice that, and so on; draws latency over throughput, finds the knee, and stops when more load brings only waiting.',
    )
    .allowExcessArguments(true)
    .addOption(
      new Option(
        '--over <what>',
        'the load that is doubled: parallel or rate (default: rate when it is given)',
      ).helpGroup('Sweep:'),
    )
    .addOption(new Option('--from <n>', 'first load (default: that of --parallel or --rate)').helpGroup('Sweep:'))
    .addOption(new Option('--to <n>', `last load (default: ${DEFAULT_TO})`).helpGroup('Sweep:'))
    .addOption(new Option('--json', 'print the sweep as JSON on stdout, and nothing else there').helpGroup('Output:'))
  const words = addRunFlags(command)
  addConfigFlags(command)
  try {
    command.parse(inOneSpelling(args), { from: 'user' })
  } catch (error) {
    if (isHelp(error)) return undefined
    throw usageError(error, ['over', 'from', 'to', 'json', ...RUN_FLAGS, ...CONFIG_FLAGS])
  }
  refuseOperands(command.args)
  const flags = valuesOf(words)
  const { config } = underFlags(configLayerOf(command, io), flags)
  const { over, from, to, json = false } = command.opts<{ over?: string; from?: string; to?: string; json?: boolean }>()
  const variable = over ?? (config.rate === undefined ? 'parallel' : 'rate')
  if (variable !== 'parallel' && variable !== 'rate')
    throw new ConfigError(`option --over: unknown value "${variable}"; known: parallel, rate`)
  // A list of levels in the config file is what other runs are given.
  if (Array.isArray(config[variable]) && flags[variable] === undefined) delete config[variable]
  const given = config[variable]
  if (Array.isArray(given))
    throw new ConfigError(
      `option --${variable}: a sweep doubles one value; give the first with --from, the last with --to`,
    )
  const first = from === undefined ? Number(given ?? 1) : number('from', from)
  const last = to === undefined ? Math.max(first, DEFAULT_TO) : number('to', to)
  return { config, range: { variable, from: first, to: last }, json }
}

function number(flag: string, word: string): number {
  const value = Number(word)
  if (word.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new ConfigError(`option --${flag}: expected a positive number, got "${word}"`)
  return value
}

/** Loaded late: help and wrong usage need none of it. */
async function runWhenWanted(
  config: Record<string, unknown>,
  range: SweepRange,
  hooks: RunHooks,
): ReturnType<RunSweep> {
  const { runSweep } = await import('../../run/index.ts')
  return runSweep(config, range, hooks)
}

export const sweep: CliCommand = {
  name: 'sweep',
  description: 'double the load until it saturates; find the knee',
  run: (args, io) => sweepCommand(args, io),
}
