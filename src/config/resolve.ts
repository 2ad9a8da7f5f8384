/** From what a user wrote to a complete, checked scenario, or an error that names the option. */
import type { z } from 'zod'
import { isSecretField, maskNamed } from '../secrets/index.ts'
import { checkNetwork } from './addresses.ts'
import { ConfigError, suggestion } from './errors.ts'
import { EXECUTOR_NAMES, EXECUTORS, type ExecutorName } from './executors.ts'
import { TIMED_DATASETS } from './options/data.ts'
import { findUnfit } from './plainData.ts'
import { type Config, OPTION_NAMES, type OptionName, options, type ResolvedConfig } from './schema.ts'
import { checkShard } from './shard.ts'

/** EvalScope's snake_case and the CLI's kebab-case name the same options. */
export function camelCase(name: string): string {
  return name.replace(/[-_]+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase())
}

export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/**
 * Checks a scenario and fills in its defaults.
 *
 * @param input options in camelCase, snake_case or kebab-case
 * @throws ConfigError naming the first option that is unknown, of the wrong type or out of range
 */
export function resolveConfig(input: Config | Record<string, unknown>): ResolvedConfig {
  const config = withOneLimit(checkOptions(input), givenOptions(input))
  checkUrl(config.url)
  checkLevels(config)
  checkConversations(config)
  checkNetwork(config)
  checkShard(config)
  checkMaxCost(config)
  return config
}

/** The options that a user wrote, in whatever spelling; all others have their defaults. */
export function givenOptions(input: Config | Record<string, unknown>): ReadonlySet<string> {
  return new Set(Object.entries(input).flatMap(([key, value]) => (value === undefined ? [] : camelCase(key))))
}

/** `maxCompletionTokens` takes the place of the default of `maxTokens`. */
function withOneLimit(config: ResolvedConfig, given: ReadonlySet<string>): ResolvedConfig {
  return config.maxCompletionTokens === undefined || given.has('maxTokens') ? config : { ...config, maxTokens: null }
}

/**
 * Checks each option by itself, and not how they go together: what a file may say is not yet a whole scenario.
 *
 * @throws ConfigError as `resolveConfig` does, with the path of the value at fault
 */
export function checkOptions(input: Config | Record<string, unknown>): ResolvedConfig {
  const known = new Set<string>(OPTION_NAMES)
  const unfit = findUnfit(input)
  if (unfit !== undefined)
    throw new ConfigError(
      `option "${unfit.path.map(String).join('.')}": ${unfit.why}`,
      camelCase(String(unfit.path[0])),
      unfit.path,
    )
  const given: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(input)) {
    const name = camelCase(key)
    if (!known.has(name))
      throw new ConfigError(`option "${key}": unknown${suggestion(name, OPTION_NAMES)}`, name, [key])
    if (name in given) throw new ConfigError(`option "${key}": given twice, in two spellings`, name, [key])
    if (name === 'url') refuseEmptyUrl(value, key)
    if (name === 'thresholds') refuseNoThresholds(value, key)
    if (value !== undefined) given[name] = value
  }
  const parsed = options.safeParse(given)
  if (!parsed.success) throw explain(parsed.error, given)
  return parsed.data
}

/** The first issue as an error in our words, with the value it is about. */
export function explain(error: z.ZodError, given: Record<string, unknown>): ConfigError {
  const issue = error.issues[0]!
  const option = String(issue.path[0] ?? '')
  const got = (): string => {
    const isSecret = option === 'headers' || issue.path.some((part) => isSecretField(String(part)))
    return isSecret ? 'something else (not shown: it may be secret)' : maskNamed(describe(valueAt(given, issue.path)))
  }
  const where = issue.path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${String(part)}`))
    .join('')
  let message = issue.message
  if (issue.code === 'invalid_value') message = unknownChoice(issue.values.map(String), valueAt(given, issue.path))
  else if (issue.code === 'invalid_union') message = unionMessage(issue, got())
  else if (issue.code === 'invalid_type') message = `expected ${issue.expected}, got ${got()}`
  else message = `${message.charAt(0).toLowerCase()}${message.slice(1)}, got ${got()}`
  return new ConfigError(`option "${where}": ${message}`, option, issue.path)
}

function unknownChoice(values: string[], value: unknown): string {
  return typeof value === 'string'
    ? `unknown value "${value}"${suggestion(value, values)}`
    : `expected one of ${values.join(', ')}, got ${describe(value)}`
}

function unionMessage(issue: z.core.$ZodIssueInvalidUnion, got: string): string {
  const reasons = issue.errors.flatMap((branch) => branch.slice(0, 1))
  const refused = reasons.find(({ code }) => code !== 'invalid_type' && code !== 'invalid_value')
  if (refused) return `${refused.message}, got ${got}`
  const expected = reasons.map((reason) => {
    if (reason.code === 'invalid_value') return reason.values.join(' or ')
    return reason.code === 'invalid_type' ? reason.expected : reason.message
  })
  return `expected ${[...new Set(expected)].join(' or ')}, got ${got}`
}

function valueAt(given: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], given)
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'function' ? 'a function' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Ends the message of an error about a URL that is not there. */
export const EMPTY_URL =
  'set the variable that it comes from; where a hook starts the server, give a function that returns the scenario; to measure the embedded server, write embedded: {} and leave url out'

/**
 * A URL that is there and empty is one that was meant: no other endpoint is measured in its place.
 *
 * @param written how the user spells the option
 * @throws ConfigError when the value is undefined or an empty text
 */
export function refuseEmptyUrl(value: unknown, written: string): void {
  if (value === undefined || (typeof value === 'string' && value.trim() === ''))
    throw new ConfigError(`option "${written}": expected a URL, got ${describe(value)}; ${EMPTY_URL}`, 'url', [written])
}

/** Thresholds that are there and empty are a gate that was meant: a run without gates has no such key. */
function refuseNoThresholds(value: unknown, written: string): void {
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
    throw new ConfigError(
      `option "${written}": expected conditions like { "p99(latency)": "<= 1.5 s" }, got ${describe(value)}; name one, or leave the key out`,
      'thresholds',
      [written],
    )
}

function checkUrl(url: string | undefined): void {
  if (url === undefined) return
  let parsed: URL
  const shown = maskNamed(url).replace(/[^/\s]*@/, '***@')
  try {
    parsed = new URL(url)
  } catch {
    throw new ConfigError(
      `option "url": "${shown}" is not a URL; write it as http://host:port/v1/chat/completions`,
      'url',
    )
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    throw new ConfigError(`option "url": "${shown}" must begin with http:// or https://`, 'url')
  if (parsed.username || parsed.password)
    throw new ConfigError('option "url": credentials do not belong in a URL; use apiKey or headers', 'url')
}

/** A list of numbers goes with the list it is swept along. */
function checkLevels(config: ResolvedConfig): void {
  const parallel = listLength(config.parallel)
  const rate = listLength(config.rate)
  const number = listLength(config.number)
  const swept: OptionName = config.openLoop ? 'rate' : rate > 1 && parallel <= 1 ? 'rate' : 'parallel'
  const length = swept === 'rate' ? rate : parallel
  if (number > 1 && number !== length)
    throw new ConfigError(
      `option "number": has ${number} values but "${swept}" has ${length || 1}; give one value, or one for each level`,
      'number',
    )
  if (!config.openLoop && rate > 1 && parallel > 1 && rate !== parallel)
    throw new ConfigError(
      `option "rate": has ${rate} values but "parallel" has ${parallel}; give as many, or one`,
      'rate',
    )
  if (
    config.openLoop &&
    config.timestamps === undefined &&
    !TIMED_DATASETS.includes(config.dataset.replaceAll('-', '_')) &&
    [config.rate].flat().includes(-1) &&
    config.stages === undefined
  )
    throw new ConfigError('option "openLoop": needs a rate (requests per second), stages or timestamps', 'openLoop')
}

/** @throws ConfigError when nothing says what a request costs, or may cost at most */
function checkMaxCost({ maxCost, prices, maxTokens, maxCompletionTokens, loadShard }: ResolvedConfig): void {
  if (maxCost === undefined) return
  const fail = (why: string): ConfigError => new ConfigError(`option "maxCost": ${why}`, 'maxCost')
  if (prices === undefined)
    throw fail('needs the prices of tokens; add prices, for instance {"input":0.15,"output":0.6}')
  if (maxTokens === null && maxCompletionTokens === undefined)
    throw fail('needs a limit on the output of a request; set maxTokens')
  if (loadShard !== undefined) throw fail('the parts of a load do not know what the others cost; leave it out')
}

function listLength(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}

const holdsConversations = (executor: ExecutorName): boolean => EXECUTORS[executor].kind === 'conversations'

/**
 * A conversation's turns follow one another, so no schedule can say when they arrive.
 * @throws ConfigError naming the option that does not go with multiTurn
 */
function checkConversations(config: ResolvedConfig): void {
  const { multiTurn, minTurns, maxTurns, executor } = config
  if (maxTurns !== undefined && maxTurns < minTurns)
    throw new ConfigError(`option "maxTurns": ${maxTurns} is below minTurns, ${minTurns}`, 'maxTurns')
  if (!multiTurn) {
    if (executor !== undefined && holdsConversations(executor))
      throw new ConfigError(`option "executor": "${executor}" holds conversations; add multiTurn`, 'executor')
    return
  }
  if (executor !== undefined && !holdsConversations(executor))
    throw new ConfigError(
      `option "executor": "${executor}" sends single requests; with multiTurn the executor is "${EXECUTOR_NAMES.find(holdsConversations)}"`,
      'executor',
    )
  const scheduled: OptionName | undefined = config.openLoop
    ? 'openLoop'
    : config.stages !== undefined
      ? 'stages'
      : config.timestamps !== undefined
        ? 'timestamps'
        : [config.rate].flat().some((rate) => rate > 0)
          ? 'rate'
          : undefined
  if (scheduled !== undefined)
    throw new ConfigError(
      `option "${scheduled}": does not go with multiTurn, where a turn is due when the answer before it was read; set parallel, and thinkTime to slow it down`,
      scheduled,
    )
  if ((config.nChoices ?? 1) > 1)
    throw new ConfigError(
      `option "nChoices": a conversation goes on from one answer, got ${config.nChoices} a turn; leave it out`,
      'nChoices',
    )
}
