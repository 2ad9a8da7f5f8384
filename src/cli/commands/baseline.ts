/** `perfgate baseline save|show|compare|record|trend`: stored results, and what has changed since. */
import { Option } from 'commander'
import { ConfigError, suggestion } from '../../config/index.ts'
import { terminalStyle } from '../../report/index.ts'
import { readNumberFlag } from '../flags.ts'
import type { Io } from '../io.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords } from '../usage.ts'

const ACTIONS = ['save', 'show', 'compare', 'record', 'trend'] as const

/** @throws ConfigError when the words or a file are wrong */
export async function baselineCommand(args: readonly string[], io: Io): Promise<number> {
  const command = quietCommand('perfgate baseline', io)
    .usage('save|show|compare|record|trend [name] [result.json …] [flags]')
    .description(
      [
        'save     store a result under a name, and add it to the history of that name',
        'show     list the baselines, or show one',
        'compare  set a result against a baseline; with --regression, judge it',
        'record   add a result to the history only',
        'trend    show a figure of each result in the history',
        '',
        'Without a file the newest result in the outputs folder is taken.',
      ].join('\n'),
    )
    .argument('[words...]')
    .addOption(new Option('--baseline-dir <folder>', 'where baselines are kept').default('./baselines'))
    .addOption(new Option('--outputs-dir <folder>', 'where results are').default('./outputs'))
    .addOption(
      new Option('--regression <expression...>', 'how much worse a figure may be, for instance "p99(latency) 5 %"'),
    )
    .addOption(
      new Option('--unlike-baseline <policy>', 'when environments differ: refuse, show or judge').default('refuse'),
    )
    .addOption(new Option('--figure <key>', 'figure that trend shows').default('p50(latency)'))
    .addOption(new Option('--last <n>', 'how many of the latest results trend shows').default('50'))
  const read = readWords<{
    baselineDir: string
    outputsDir: string
    regression?: string[]
    unlikeBaseline: string
    figure: string
    last: string
  }>(command, args)
  if (read === undefined) return 0
  const { flags } = read
  const [word, name, ...files] = read.operands
  if (word === undefined) throw new ConfigError(`baseline needs a subcommand: ${ACTIONS.join(', ')}`)
  const action = ACTIONS.find((known) => known === word)
  if (action === undefined) throw new ConfigError(`baseline "${word}": unknown${suggestion(word, ACTIONS)}`)
  // Loaded late: help and wrong usage need none of it.
  const actions = await import('./baselineActions.ts')
  return actions[action]({
    name,
    files,
    dir: flags.baselineDir,
    outputsDir: flags.outputsDir,
    regressions: flags.regression ?? [],
    unlike: flags.unlikeBaseline,
    figure: flags.figure,
    last: readNumberFlag('last', flags.last, 'a whole number from 1'),
    style: terminalStyle(io.stdout, io.env),
    print: (text) => void io.stdout.write(`${text}\n`),
  })
}

export const baseline: CliCommand = {
  name: 'baseline',
  description: 'save, show and compare stored results',
  run: baselineCommand,
}
