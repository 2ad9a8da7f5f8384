/** `perfgate serve`: the embedded OpenAI-compatible server by itself, until it is interrupted. */
import { Option } from 'commander'
import { ConfigError } from '../../config/index.ts'
import { type NumberKind, readChoice, readNumberFlag } from '../flags.ts'
import type { Io } from '../io.ts'
import { type Served, serveUntilInterrupted } from '../serving.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords, refuseOperands } from '../usage.ts'

/** What is needed of the embedded server's `startServer`; it checks its options itself. */
export type StartServer = (options: Record<string, unknown>) => Promise<Served>

interface ServeFlag {
  name: string
  value: string
  description: string
  /** Default: a number, 0 or more. */
  kind?: NumberKind
  /** The option of the server that the number becomes. */
  option: (value: number) => Record<string, unknown>
}

const constant = (meanMs: number): object => ({ kind: 'constant', meanMs })

const FLAGS: ServeFlag[] = [
  {
    name: 'port',
    value: 'n',
    description: 'port on 127.0.0.1 (default: any free one)',
    option: (port) => ({ port }),
    kind: 'a number from 0 to 65535',
  },
  { name: 'ttft-ms', value: 'ms', description: 'time to first token', option: (ms) => ({ ttft: constant(ms) }) },
  { name: 'itl-ms', value: 'ms', description: 'time between tokens', option: (ms) => ({ itl: constant(ms) }) },
  { name: 'output-tokens', value: 'n', description: 'tokens of each answer', option: (n) => ({ outputTokens: n }) },
  { name: 'slots', value: 'n', description: 'requests answered at once; others queue', option: (slots) => ({ slots }) },
  { name: 'seed', value: 'n', description: 'seed of all that is drawn at random', option: (seed) => ({ seed }) },
  { name: 'fault-seed', value: 'n', description: 'seed of who meets a fault', option: (faultSeed) => ({ faultSeed }) },
]

/**
 * Prints the server's URL and waits for an interrupt.
 *
 * @throws ConfigError when a flag is wrong or the port is taken
 */
export async function serveCommand(
  args: readonly string[],
  io: Io,
  start: StartServer = startEmbedded,
): Promise<number> {
  const asked = readOptions(args, io)
  if (asked === undefined) return 0
  const { engine, options } = asked
  const isModel = engine === 'model'
  return serveUntilInterrupted(io, {
    port: Number(options['port'] ?? 0),
    start: () => (isModel ? start : startLlama)(options),
    started: (url) => `${isModel ? 'embedded server' : 'llama.cpp'} listening at ${url}`,
    ...(isModel ? { remark: 'its timing is a model' } : {}),
  })
}

interface Asked {
  engine: 'model' | 'llama'
  options: Record<string, unknown>
}

/** Undefined when help was printed. */
function readOptions(args: readonly string[], io: Io): Asked | undefined {
  const command = quietCommand('perfgate serve', io)
    .usage('[flags]')
    .description('Runs the embedded OpenAI-compatible server, whose timing is a model with known truth.')
    .allowExcessArguments(true)
  for (const { name, value, description } of FLAGS) command.addOption(new Option(`--${name} <${value}>`, description))
  command.addOption(
    new Option('--options <json>', 'any of its options, for instance {"ttft":{"kind":"lognormal","meanMs":200}}'),
  )
  command.addOption(
    new Option(
      '--fault <name:share...>',
      'a share of answers goes wrong so: reset-mid-stream:0.1 (docs/reliability.md)',
    ),
  )
  command.addOption(new Option('--engine <name>', 'llama: a real engine, llama.cpp, by the package node-llama-cpp'))
  command.addOption(new Option('--model <file>', 'GGUF file for --engine llama'))
  command.addOption(new Option('--threads <n>', 'threads of --engine llama (default: 1)'))
  command.addOption(
    new Option('--context <n>', 'tokens of prompt and answer together, for --engine llama (default: 2048)'),
  )
  const read = readWords<Record<string, string> & { fault?: string[] }>(command, args)
  if (read === undefined) return undefined
  refuseOperands(read.operands)
  const { fault: faults, ...words } = read.flags
  const given = new Map(Object.entries(words))
  if (faults !== undefined) given.set('fault', faults.join())
  let options = readJsonObject(given.get('options') ?? '{}')
  if ('allowRemote' in options)
    throw new ConfigError(
      'option --options: "allowRemote" opens the server to other machines, which no command line does; start it from code, with startServer({ allowRemote: true })',
    )
  if (faults !== undefined) options = { ...options, faults }
  for (const flag of FLAGS) {
    const word = given.get(camel(flag.name))
    if (word !== undefined)
      options = { ...options, ...flag.option(readNumberFlag(flag.name, word, flag.kind ?? 'a number, 0 or more')) }
  }
  return engineOf(given, options)
}

const LLAMA_FLAGS = ['engine', 'model', 'threads', 'context']

/** Flags of one engine are refused for the other. */
function engineOf(given: Map<string, string>, options: Record<string, unknown>): Asked {
  const engine = given.get('engine')
  if (engine === undefined) {
    const stray = LLAMA_FLAGS.find((name) => given.has(name))
    if (stray !== undefined) throw new ConfigError(`option --${stray}: goes with --engine llama`)
    return { engine: 'model', options }
  }
  readChoice('engine', engine, ['llama'])
  const stray = [...given.keys()].find((name) => ![...LLAMA_FLAGS, 'port', 'slots'].includes(name))
  if (stray !== undefined)
    throw new ConfigError(`option --${stray}: is of the embedded server; a real engine has its own times`)
  const modelPath = given.get('model')
  if (modelPath === undefined) throw new ConfigError('option --model: --engine llama needs a GGUF file')
  const numberOf = (name: string, otherwise: number): number =>
    readNumberFlag(name, given.get(name) ?? String(otherwise), 'a whole number from 1')
  const llama = {
    slots: numberOf('slots', 1),
    threads: numberOf('threads', 1),
    contextTokens: numberOf('context', 2048),
  }
  return { engine: 'llama', options: { ...options, ...llama, modelPath } }
}

function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function readJsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below, like JSON that is not an object.
  }
  throw new ConfigError(`option --options: expected a JSON object, got ${text}`)
}

async function startLlama(options: Record<string, unknown>): ReturnType<StartServer> {
  const { startLlamaServer } = await import('../../../fixtures/llama/server.ts')
  return startLlamaServer(options as unknown as Parameters<typeof startLlamaServer>[0])
}

async function startEmbedded(options: Record<string, unknown>): ReturnType<StartServer> {
  const { startServer } = await import('../../../fixtures/index.ts')
  return startServer(options)
}

export const serve: CliCommand = {
  name: 'serve',
  description: 'run the embedded OpenAI-compatible server',
  run: (args, io) => serveCommand(args, io),
}
