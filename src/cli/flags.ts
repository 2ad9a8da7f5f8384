/** Flags of the command line: those of options, of the config file, and words read as numbers and choices. */
import { type Command, Option } from 'commander'
import { joinLayers, type Layer, type Layered, loadConfigLayer } from '../config/files/index.ts'
import {
  ConfigError,
  camelCase,
  kebabCase,
  OPTION_GROUPS,
  OPTION_NAMES,
  type OptionMeta,
  type OptionName,
  optionMeta,
  options,
  suggestion,
} from '../config/index.ts'
import { type Io, notice } from './io.ts'

/** Words as they stood on the command line, by option; a bare switch has the word `true`. */
export type Words = Map<OptionName, string[]>

/** Repeated rather than listed, so they read better in the singular; the plural is taken too. */
const SINGULAR: Partial<Record<OptionName, string>> = {
  thresholds: 'threshold',
  objectives: 'objective',
  regressions: 'regression',
}
const BY_SINGULAR = new Map(Object.entries(SINGULAR).map(([name, singular]) => [singular, name as OptionName]))

const isOption = (name: string): name is OptionName => (OPTION_NAMES as string[]).includes(name)

/** The flag of an option without its dashes, for instance `max-tokens`. */
export function flagName(name: OptionName): string {
  return SINGULAR[name] ?? kebabCase(name)
}

/** The option meant by a flag in any spelling, without its dashes. */
export function optionOfFlag(flag: string): OptionName | undefined {
  const name = camelCase(flag)
  return isOption(name) ? name : BY_SINGULAR.get(flag)
}

/**
 * Adds every option to a command, in groups; the words given for them are found in the returned map after parsing.
 *
 * @param without options that the command has not
 * @param hidden those that it only takes to say why not, left out of its help
 */
export function addRunFlags(
  command: Command,
  { without = [], hidden = [] }: { without?: readonly OptionName[]; hidden?: readonly OptionName[] } = {},
): Words {
  const words: Words = new Map()
  for (const group of OPTION_GROUPS) {
    for (const name of OPTION_NAMES) {
      const meta = optionMeta(name)
      if (meta.group !== group || without.includes(name)) continue
      const option = new Option(`--${flagName(name)}${valuePart(meta)}`, describe(name, meta)).helpGroup(`${group}:`)
      command.addOption(option.hideHelp(hidden.includes(name)))
      // Listened to rather than read from commander, to which `--no-timestamp` would be "timestamp, off".
      command.on(`option:${option.name()}`, (word: string | null) => {
        const soFar = words.get(name)
        if (soFar === undefined) words.set(name, [word ?? 'true'])
        else soFar.push(word ?? 'true')
      })
    }
  }
  return words
}

/** Flags in camelCase or snake_case, plurals, and `--no-` before any switch, as the flags that the command has. */
export function inOneSpelling(args: readonly string[], { options: defined }: Command): string[] {
  const flags = new Set(defined.map(({ long }) => long))
  const end = args.indexOf('--')
  return args.map((arg, i) => (end !== -1 && i >= end ? arg : spelled(arg, flags)))
}

function spelled(arg: string, flags: ReadonlySet<string | null | undefined>): string {
  const [, flag, value = ''] = /^--([\w-]+)(=.*)?$/s.exec(arg) ?? []
  if (flag === undefined) return arg
  const kebab = `--${kebabCase(flag).replaceAll('_', '-')}`
  if (flags.has(kebab)) return `${kebab}${value}`
  const name = optionOfFlag(flag)
  if (name !== undefined && flags.has(`--${flagName(name)}`)) return `--${flagName(name)}${value}`
  // `--no-stream`; and `--test-connection` for the option that is itself called noTestConnection.
  const opposite = optionOfFlag(
    /^no[-_A-Z]/.test(flag) ? flag.replace(/^no[-_]?/, '').replace(/^[A-Z]/, lower) : `no-${kebabCase(flag)}`,
  )
  if (opposite === undefined || optionMeta(opposite).kind !== 'switch' || value !== '') return arg
  return flags.has(`--${flagName(opposite)}`) ? `--${flagName(opposite)}=false` : arg
}

function lower(letter: string): string {
  return letter.toLowerCase()
}

function valuePart({ kind, value = 'value' }: OptionMeta): string {
  if (kind === 'switch') return ' [true|false]'
  const isList = kind === 'numbers' || kind === 'strings' || kind === 'pairs'
  return isList ? ` <${value}...>` : ` <${value}>`
}

function describe(name: OptionName, { description, defaultText, kind }: OptionMeta): string {
  const text = defaultText ?? defaultOf(name, kind)
  return text === undefined ? description : `${description} (default: ${text})`
}

function defaultOf(name: OptionName, kind: OptionMeta['kind']): string | undefined {
  const parsed = options.shape[name].safeParse(undefined)
  const value: unknown = parsed.success ? parsed.data : undefined
  if (value === undefined || (kind === 'switch' && value === false)) return undefined
  if (typeof value === 'object') return undefined
  return String(value)
}

export function addConfigFlags(command: Command, { withPrint = false }: { withPrint?: boolean } = {}): void {
  command
    .addOption(
      new Option(
        '--config <file>',
        'config file with defaults (default: the nearest perfgate.config.*, from here to the end of the project)',
      ).helpGroup('Config:'),
    )
    .addOption(new Option('--no-config', 'read no config file').helpGroup('Config:'))
  if (withPrint)
    command.addOption(
      new Option('--print-config', 'print each option and where its value came from; run nothing').helpGroup('Config:'),
    )
}

/** Names the file that is used. @throws ConfigError when there is no such file, or something in it is wrong */
export function configLayerOf(command: Command, io: Io): Layer | undefined {
  const { config } = command.opts<{ config?: string | false }>()
  // With a `--no-` form defined, commander's default is true.
  const layer = loadConfigLayer({ file: typeof config === 'boolean' && config ? undefined : config, env: io.env })
  if (layer !== undefined) notice(io, `config file: ${layer.file}`)
  return layer
}

/** What stood on the command line; its errors name the flag, and no place. */
export function flagLayer(values: Record<string, unknown>): Layer {
  return { values, place: () => '', secrets: [] }
}

/** The config file under the flags. */
export function underFlags(defaults: Layer | undefined, flags: Record<string, unknown>): Layered {
  return joinLayers([...(defaults === undefined ? [] : [defaults]), flagLayer(flags)])
}

/** What a flag may take, in the words of its error. */
const NUMBERS = {
  'a number': () => true,
  'a number, 0 or more': (value) => Number.isFinite(value) && value >= 0,
  'a positive number': (value) => Number.isFinite(value) && value > 0,
  'a whole number from 1': (value) => Number.isInteger(value) && value >= 1,
  'a number from 0 to 65535': (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
} satisfies Record<string, (value: number) => boolean>
export type NumberKind = keyof typeof NUMBERS

/**
 * @param flag without its dashes
 * @throws ConfigError when the word is no number of this kind
 */
export function readNumberFlag(flag: string, word: string, kind: NumberKind): number {
  const value = Number(word)
  if (word.trim() === '' || Number.isNaN(value) || !NUMBERS[kind](value))
    throw new ConfigError(`option --${flag}: expected ${kind}, got "${word}"`)
  return value
}

/** @throws ConfigError naming those that are known */
export function readChoice<Word extends string>(flag: string, word: string, known: readonly Word[]): Word {
  const chosen = known.find((one) => one === word)
  if (chosen === undefined) throw new ConfigError(`option --${flag}: unknown value "${word}"${suggestion(word, known)}`)
  return chosen
}

/**
 * @param option that the flag sets, for errors
 * @throws ConfigError for a word that is not `name=value`; a value may hold further `=`
 */
export function readPairs(flag: string, words: readonly string[], option?: string): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new ConfigError(`option --${flag}: expected name=value, got "${word}"`, option)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}
