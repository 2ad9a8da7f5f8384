/** The flags of a run, made from the schema of the options: names, help, and the words given for each. */
import { type Command, Option } from 'commander'
import {
  camelCase,
  kebabCase,
  OPTION_GROUPS,
  OPTION_NAMES,
  type OptionMeta,
  type OptionName,
  optionMeta,
  options,
} from '../config/index.ts'

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
 * @param without options that mean nothing to the command
 */
export function addRunFlags(command: Command, without: readonly OptionName[] = []): Words {
  const words: Words = new Map()
  for (const group of OPTION_GROUPS) {
    for (const name of OPTION_NAMES) {
      const meta = optionMeta(name)
      if (meta.group !== group || without.includes(name)) continue
      const option = new Option(`--${flagName(name)}${valuePart(meta)}`, describe(name, meta)).helpGroup(`${group}:`)
      command.addOption(option)
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

/** Flags in camelCase or snake_case, plurals, and `--no-` before any switch, as the flags that are defined. */
export function inOneSpelling(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  return args.map((arg, i) => (end !== -1 && i >= end ? arg : spelled(arg)))
}

function spelled(arg: string): string {
  const [, flag, value = ''] = /^--([\w-]+)(=.*)?$/s.exec(arg) ?? []
  if (flag === undefined) return arg
  const name = optionOfFlag(flag)
  if (name !== undefined) return `--${flagName(name)}${value}`
  // `--no-stream`; and `--test-connection` for the option that is itself called noTestConnection.
  const opposite = optionOfFlag(
    /^no[-_A-Z]/.test(flag) ? flag.replace(/^no[-_]?/, '').replace(/^[A-Z]/, lower) : `no-${kebabCase(flag)}`,
  )
  if (opposite === undefined || optionMeta(opposite).kind !== 'switch' || value !== '') return arg
  return `--${flagName(opposite)}=false`
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
