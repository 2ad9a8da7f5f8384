/** `perfgate sweep`: doubles the load until the endpoint is over-saturated, and draws the curve. */
import { Option } from 'commander'
import { ConfigError } from '../../config/index.ts'
import { renderText, sweepDocument } from '../../report/index.ts'
import type { SweepResult } from '../../result/index.ts'
import type { SweepRange } from '../../run/index.ts'
import { configLayerOf, readChoice, readNumberFlag, underFlags } from '../flags.ts'
import { type Io, jsonText } from '../io.ts'
import { type LoadRequest, measure, type RunSweep, runSweep } from '../run.ts'
import { addLoadFlags, type CliCommand, quietCommand, readWords, refuseOperands } from '../usage.ts'
import { valuesOf } from '../values.ts'

const DEFAULT_TO = 256

/** @throws ConfigError when a flag is wrong; what the sweep throws */
export async function sweepCommand(args: readonly string[], io: Io, run: RunSweep = runSweep): Promise<number> {
  const request = readRequest(args, io)
  if (request === undefined) return 0
  return measure(request, io, {
    run: (hooks) => run(request.config, request.range, hooks),
    text: ({ sweep }, style) => renderText(sweepDocument(sweep), style),
    json: ({ sweep }) => jsonText(sweep),
    exitCode: ({ sweep }) => exitCodeOf(sweep),
  })
}

/** 0 when one level passed; a sweep that was cut short says nothing. */
function exitCodeOf({ results }: SweepResult): 0 | 1 {
  return !results.at(-1)?.interrupted && results.some(({ verdict }) => verdict !== 'fail') ? 0 : 1
}

interface Request extends LoadRequest {
  range: SweepRange
}

/** Undefined when help was printed. */
function readRequest(args: readonly string[], io: Io): Request | undefined {
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
  const words = addLoadFlags(command, { plan: 'sweep', json: 'the sweep' })
  const read = readWords<{ over?: string; from?: string; to?: string; json?: boolean }>(command, args)
  if (read === undefined) return undefined
  refuseOperands(read.operands)
  const flags = valuesOf(words, 'sweep')
  const { config, origins } = underFlags(configLayerOf(command, io), flags)
  const { over, from, to, json = false } = read.flags
  const usual = config.rate === undefined ? 'parallel' : 'rate'
  const variable = over === undefined ? usual : readChoice('over', over, ['parallel', 'rate'] as const)
  // A list of levels in the config file is what other runs are given.
  if (Array.isArray(config[variable]) && flags[variable] === undefined) delete config[variable]
  const given = config[variable]
  if (Array.isArray(given))
    throw new ConfigError(
      `option --${variable}: a sweep doubles one value; give the first with --from, the last with --to`,
    )
  const first = from === undefined ? Number(given ?? 1) : readNumberFlag('from', from, 'a positive number')
  const last = to === undefined ? Math.max(first, DEFAULT_TO) : readNumberFlag('to', to, 'a positive number')
  return { config, origins, range: { variable, from: first, to: last }, json }
}

export const sweep: CliCommand = {
  name: 'sweep',
  description: 'double the load until it saturates; find the knee',
  run: (args, io) => sweepCommand(args, io),
}
