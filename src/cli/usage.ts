/** What a command line may look like, and the error for one that does not. */

import { existsSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { ConfigError, nearest, notOffered, type OptionName, type PlanName, suggestion } from '../config/index.ts'
import { addConfigFlags, addRunFlags, inOneSpelling, type Words } from './flags.ts'
import { type Io, jsonFlag } from './io.ts'

export interface CliCommand {
  /** Its word on the command line. */
  readonly name: string
  /** One line for the general help. */
  readonly description: string
  /**
   * @param args the command line after the command's name
   * @returns the exit code
   * @throws ConfigError when the words are wrong
   */
  run(args: readonly string[], io: Io): number | Promise<number>
}

const moreHelp = (commands: string): string => `
Flags may be spelled --max-tokens, --maxTokens or --max_tokens. A switch is
turned on by --stream and off by --no-stream or --stream false.

Commands:
${commands}

Examples:
  perfgate --url http://127.0.0.1:8000/v1/chat/completions --model qwen2.5 \\
    --parallel 1 --number 15 --dataset openqa --stream
  perfgate --url http://127.0.0.1:8000 --model qwen2.5 --parallel 1 4 16 \\
    --threshold 'p99(latency) <= 1.5 s' --threshold 'successRate >= 99.9 %'
  perfgate scenarios/*.yaml

Exit codes:
  0    pass
  1    a threshold failed, the run was invalid, or every request failed
  2    wrong usage or configuration; nothing was sent
  3    the endpoint did not answer the connection test
  130  interrupted (SIGTERM: 143); what was measured is written first`

interface RunUsage {
  command: Command
  /** Filled by parsing. */
  words: Words
}

/** @param commands what else the program does, named in the help */
export function runUsage(io: Io, commands: readonly { name: string; description: string }[]): RunUsage {
  const command = quietCommand('perfgate', io)
    .usage('[scenario files] [flags]')
    .description(
      'Loads an LLM endpoint, prints its latency and throughput, and judges them. Without --url: the embedded server.',
    )
    .allowExcessArguments(true)
  const words = addLoadFlags(command, { withPrint: true })
  command
    .addOption(new Option('-V, --version', 'print the version').helpGroup('Other:'))
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup('Other:'))
    .addHelpText('after', moreHelp(commands.map(commandLine).join('\n')))
  return { command, words }
}

export interface LoadUsage {
  /** What it cannot do is left out of the help. */
  plan?: PlanName
  /** Options that flags of the command's own stand for. */
  own?: readonly OptionName[]
  /** What `--json` prints. Default: the result. */
  json?: string
  /** With `--print-config`. */
  withPrint?: boolean
}

/** Adds what every command that sends load has: the options of a run, the config file and `--json`. */
export function addLoadFlags(command: Command, { plan, own = [], json, withPrint = false }: LoadUsage = {}): Words {
  const words = addRunFlags(command, { without: own, hidden: plan === undefined ? [] : notOffered(plan) })
  addConfigFlags(command, { withPrint })
  command.addOption(jsonFlag(json).helpGroup('Output:'))
  return words
}

function commandLine({ name, description }: { name: string; description: string }): string {
  return `  ${`perfgate ${name}`.padEnd(20)}  ${description}`
}

/** A command that throws instead of ending the process, and prints to `io`. */
export function quietCommand(name: string, io: Io): Command {
  return new Command(name)
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureHelp({ sortOptions: false, optionTerm: ({ flags }) => shortened(flags) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Errors are thrown, and told once, by main.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(io.stdout.columns || 80, 120),
    })
}

/** The longest term decides how much of 80 columns is left for what is said of the options. */
const LONGEST_TERM = 34

function shortened(flags: string): string {
  return flags.length > LONGEST_TERM ? flags.replace(' [true|false]', '') : flags
}

/** What stood on a command line, read by `readWords`. */
interface ReadWords<Flags> {
  flags: Flags
  /** Words that belong to no flag. */
  operands: string[]
}

/**
 * Reads the words of a command.
 *
 * @returns undefined when help was asked for, and is printed
 * @throws ConfigError for a flag that the command has not, or one without its value
 */
export function readWords<Flags extends object>(
  command: Command,
  args: readonly string[],
): ReadWords<Flags> | undefined {
  try {
    command.parse(inOneSpelling(args, command), { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined
    throw usageError(error, [...command.options.map(({ long }) => long!.slice(2)), 'help'])
  }
  return { flags: command.opts<Flags>(), operands: command.args }
}

/** An error of commander in our words; any other error as it is. */
function usageError(error: unknown, flags: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error
  // The flag stands in quotes, with or without its value.
  const [, flag = ''] = /'(-[^'= ]+)/.exec(error.message) ?? []
  if (error.code === 'commander.optionMissingArgument')
    return new ConfigError(`option ${flag}: expected a value after it`)
  if (error.code !== 'commander.unknownOption') return new ConfigError(error.message.replace(/^error: /, ''))
  const near = nearest(flag.replace(/^--?/, ''), flags)
  return new ConfigError(
    `unknown flag ${flag}${near === undefined ? '; --help lists all' : `, did you mean --${near}?`}`,
  )
}

/**
 * Operands that name scenario files, where the command takes them.
 *
 * @param commands names that the first operand may have been meant as; empty: it comes after flags
 * @throws ConfigError for words that belong to no flag
 */
export function refuseOperands(
  operands: readonly string[],
  { files = false, commands = [] }: { files?: boolean; commands?: readonly string[] } = {},
): string[] {
  const first = operands.find((word) => !files || !isFileOperand(word))
  if (first === undefined) return [...operands]
  if (/^https?:\/\//.test(first)) throw new ConfigError(`unexpected argument "${first}", did you mean --url ${first}?`)
  if (commands.length > 0 && first === operands[0])
    throw new ConfigError(`unknown command "${first}"${suggestion(first, commands)}`)
  throw new ConfigError(`unexpected argument "${first}"; flags begin with --`)
}

/** True for a word that names files or a folder rather than a command. */
function isFileOperand(word: string): boolean {
  return !/^https?:/.test(word) && (/[./\\*?]/.test(word) || existsSync(word))
}
