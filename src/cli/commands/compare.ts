/** `perfgate compare`: a candidate against a baseline, in one run. */
import { type Command, Option } from 'commander'
import { comparable } from '../../config/files/index.ts'
import { COMPARISONS_OWN, camelCase } from '../../config/index.ts'
import { gateRecord } from '../../gates/index.ts'
import { comparisonDocument, renderText } from '../../report/index.ts'
import type { ComparisonResult } from '../../result/index.ts'
import { configLayerOf, readNumberFlag, readPairs, underFlags } from '../flags.ts'
import { type Io, jsonText } from '../io.ts'
import { type LoadRequest, measure, type RunComparison, runComparison } from '../run.ts'
import { addLoadFlags, type CliCommand, quietCommand, readWords, refuseOperands } from '../usage.ts'
import { valuesOf } from '../values.ts'

interface Flag {
  name: string
  /** Absent: a switch. */
  value?: string
  description: string
}

const SIDES = ['baseline', 'candidate'] as const

/** Of each side, with its name before them: `--baseline-url`. */
const SIDE_FLAGS: Flag[] = [
  { name: 'url', value: 'url', description: 'its URL' },
  { name: 'command', value: 'command', description: 'starts it; ended when the comparison is over' },
  { name: 'ready-url', value: 'url', description: 'with a command: asked until it answers' },
  { name: 'cwd', value: 'folder', description: 'folder of the command' },
  { name: 'env', value: 'k=v...', description: 'added to the environment of the command' },
  { name: 'ready-timeout', value: 'seconds', description: 'how long the command may take to answer (default: 60)' },
  { name: 'model', value: 'name', description: 'its model, where that differs' },
]

const OWN_FLAGS: Flag[] = [
  {
    name: 'regression',
    value: 'expression...',
    description: 'what may become how much worse, for instance "p50(latency) 5 %"',
  },
  { name: 'confidence', value: 'x', description: 'of the intervals that decide, over all looks (default: 0.95)' },
  { name: 'blocks', value: 'n', description: 'pairs of blocks before the first look (default: as fit the number)' },
  { name: 'max-blocks', value: 'n', description: 'pairs of blocks at most (default: four times blocks)' },
  { name: 'on-undecided', value: 'policy', description: 'when the budget is spent: warn or fail (default: warn)' },
  {
    name: 'disjoint-prompts',
    description: 'made-up prompts of its own for each side, of the same lengths: for sides that share a cache',
  },
]

const MORE_HELP = `
Every flag of a run sets the scenario of both sides; number counts the requests
of one side in the first blocks.

Examples:
  perfgate compare --baseline-url http://127.0.0.1:8000 --candidate-url http://127.0.0.1:8001 \\
    --model qwen2.5 --parallel 8 --number 400 --regression 'p50(latency) 5 %' --regression 'qps 3 %'
  perfgate compare --regression 'p50(latency) 5 %' \\
    --baseline-command 'node server.js' --baseline-cwd base --baseline-ready-url http://127.0.0.1:8000/health \\
    --candidate-command 'node server.js' --candidate-cwd head --candidate-ready-url http://127.0.0.1:8001/health

Exit codes:
  0    no metric got worse by more than tolerated (undecided ones: with --on-undecided warn)
  1    a metric did, or the run was invalid
  2    wrong usage or configuration; nothing was sent
  3    a command did not come up, or an endpoint did not answer the connection test
  130  interrupted (SIGTERM: 143)`

/** @throws ConfigError, EndpointError, StoreError */
export async function compareCommand(
  args: readonly string[],
  io: Io,
  run: RunComparison = runComparison,
): Promise<number> {
  const request = readRequest(args, io)
  return request === undefined ? 0 : runComparisonCommand(request, io, run)
}

/** @throws what `run` throws: ConfigError, EndpointError, StoreError */
export function runComparisonCommand(request: LoadRequest, io: Io, run: RunComparison): Promise<number> {
  return measure(request, io, {
    run: (hooks) => run(request.config, hooks),
    text: ({ result }, style) => renderText(comparisonDocument(result), style),
    json: ({ result }) => jsonText(result),
    exitCode: ({ result }) => exitCodeOf(result),
  })
}

function exitCodeOf({ verdict, config }: ComparisonResult): 0 | 1 {
  if (verdict === 'pass') return 0
  if (verdict === 'undecided') return config.onUndecided === 'fail' ? 1 : 0
  return verdict === 'invalid' && config.onInvalid === 'skip' ? 0 : 1
}

/** Undefined when help was printed. */
function readRequest(args: readonly string[], io: Io): LoadRequest | undefined {
  const command = quietCommand('perfgate compare', io)
    .usage('[flags]')
    .description('Measures a candidate and a baseline in turn, block by block, and fails when the candidate is worse.')
    .allowExcessArguments(true)
  const given = new Map<string, string[]>()
  for (const side of SIDES)
    for (const flag of SIDE_FLAGS)
      addFlag(
        command,
        { ...flag, name: `${side}-${flag.name}` },
        side === 'baseline' ? 'Baseline:' : 'Candidate:',
        given,
      )
  for (const flag of OWN_FLAGS) addFlag(command, flag, 'Comparison:', given)
  const words = addLoadFlags(command, { plan: 'comparison', own: COMPARISONS_OWN })
  command.addHelpOption(new Option('-h, --help', 'print this help').helpGroup('Other:'))
  command.addHelpText('after', MORE_HELP)
  const read = readWords<{ json?: boolean }>(command, args)
  if (read === undefined) return undefined
  refuseOperands(read.operands)
  const scenario = valuesOf(words, 'comparison')
  const { config: joined, origins } = underFlags(comparable(configLayerOf(command, io)), scenario)
  const config = { ...joined, ...ownValues(given), ...sideValues(given) }
  return { config, origins, json: read.flags.json === true }
}

function addFlag(
  command: Command,
  { name, value, description }: Flag,
  group: string,
  given: Map<string, string[]>,
): void {
  const option = new Option(value === undefined ? `--${name}` : `--${name} <${value}>`, description).helpGroup(group)
  command.addOption(option)
  command.on(
    `option:${option.name()}`,
    (word: string | null) => void given.set(name, [...(given.get(name) ?? []), word ?? 'true']),
  )
}

function ownValues(given: ReadonlyMap<string, string[]>): Record<string, unknown> {
  const values: Record<string, unknown> = { regressions: gateRecord('regression', given.get('regression') ?? []) }
  for (const name of ['confidence', 'blocks', 'max-blocks'])
    if (given.has(name)) values[camelCase(name)] = readNumberFlag(name, given.get(name)!.at(-1)!, 'a number')
  if (given.has('on-undecided')) values.onUndecided = given.get('on-undecided')!.at(-1)
  if (given.has('disjoint-prompts')) values.disjointPrompts = true
  return values
}

function sideValues(given: ReadonlyMap<string, string[]>): Record<string, unknown> {
  return Object.fromEntries(
    SIDES.flatMap((side) => {
      const values = SIDE_FLAGS.flatMap(({ name }) => {
        const words = given.get(`${side}-${name}`)
        return words === undefined ? [] : [[camelCase(name), sideValue(`${side}-${name}`, words)] as const]
      })
      return values.length === 0 ? [] : [[side, Object.fromEntries(values)]]
    }),
  )
}

function sideValue(flag: string, words: readonly string[]): unknown {
  if (flag.endsWith('-ready-timeout')) return readNumberFlag(flag, words.at(-1)!, 'a number')
  return flag.endsWith('-env') ? readPairs(flag, words) : words.at(-1)
}

export const compare: CliCommand = {
  name: 'compare',
  description: 'compare a candidate with a baseline, in one run',
  run: (args, io) => compareCommand(args, io),
}
