/** What a comparison may be told: its two sides, what must not get worse, and the scenario that both sides are given. */
import { z } from 'zod'
import {
  type Config,
  ConfigError,
  camelCase,
  DEFAULT_EXECUTOR,
  EMPTY_URL,
  executorFacts,
  givenOptions,
  type ResolvedConfig,
  refuseEmptyUrl,
  rejectUnsupported,
  resolveConfig,
  suggestion,
} from '../../config/index.ts'
import { hasFreshPrompts } from '../../datasets/index.ts'
import {
  type ComparedGate,
  type MinSuccess,
  minSuccessOf,
  type ParsedObjective,
  parseComparison,
  parseObjectives,
  type Regressions,
  requireCounted,
  type Side,
} from '../../gates/index.ts'
import { levelsOf, type RunLevel } from '../../load/index.ts'
import { looksOf, type PlannedLook } from '../../stats/index.ts'

/** One side: a URL, or what is to be started, with what differs from the scenario. Without either: the embedded server. */
export interface ComparisonSide
  extends Pick<Config, 'url' | 'model' | 'apiKey' | 'headers' | 'extraArgs' | 'embedded'> {
  /** A shell command that starts the server; it is ended when the comparison is over. */
  command?: string
  /** Asked until it answers; the address of `url` where that is absent. Needed with a command. */
  readyUrl?: string
  /** Folder of the command. */
  cwd?: string
  /** Added to our own environment for the command. */
  env?: Readonly<Record<string, string>>
  /** How long the command may take to answer, seconds. Default 60. */
  readyTimeout?: number
}

/** `number` requests of each side are sent in `blocks` blocks; see docs/verdicts.md. */
export interface ComparisonConfig extends Omit<Config, 'url' | 'thresholds' | 'baseline' | 'regressions'> {
  baseline: string | ComparisonSide
  candidate: string | ComparisonSide
  /** How much worse figures may become, for instance `{ 'p50(latency)': '5 %', qps: '3 %' }`. */
  regressions: Regressions | Readonly<Record<string, string>>
  /** Of the intervals that decide, over all figures and all looks. Default 0.95. */
  confidence?: number
  /** Pairs of blocks before the first look at the figures. Default: as fit the number, 8 to 50. */
  blocks?: number
  /** Pairs of blocks at most, where the figures are undecided before. Default four times `blocks`. */
  maxBlocks?: number
  /** When the budget is spent and a figure is still undecided. Default `warn`. */
  onUndecided?: 'warn' | 'fail'
  /** Each side has made-up prompts of its own, with the same lengths: for sides that share a cache. Default false. */
  disjointPrompts?: boolean
}

export interface ResolvedSide {
  config: ResolvedConfig
  /** The options that the user wrote. */
  given: ReadonlySet<string>
  command:
    | { text: string; readyUrl: string; cwd: string | undefined; env: Record<string, string>; timeoutMs: number }
    | undefined
}

export interface ResolvedComparison {
  sides: Record<Side, ResolvedSide>
  regressions: ComparedGate[]
  objectives: ParsedObjective[]
  /** Judged for each side, beside the regressions. */
  minSuccess: MinSuccess | undefined
  level: RunLevel
  looks: PlannedLook[]
  confidence: number
  /** Requests of each side in one block. */
  blockSize: number
  onUndecided: 'warn' | 'fail'
  disjointPrompts: boolean
}

const count = z.number().int().min(1)
const own = z.strictObject({
  regressions: z.record(z.string(), z.unknown()),
  confidence: z.number().gt(0).lt(1).default(0.95),
  blocks: count.optional(),
  maxBlocks: count.optional(),
  onUndecided: z.enum(['warn', 'fail']).default('warn'),
  disjointPrompts: z.boolean().default(false),
})

const side = z.strictObject({
  url: z.string().min(1, `is empty: ${EMPTY_URL}`).optional(),
  model: z.string().min(1).optional(),
  apiKey: z.string().min(1).optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
  extraArgs: z.record(z.string(), z.unknown()).optional(),
  embedded: z.record(z.string(), z.unknown()).optional(),
  command: z.string().min(1).optional(),
  readyUrl: z.string().min(1).optional(),
  cwd: z.string().min(1).optional(),
  env: z.record(z.string(), z.string()).optional(),
  readyTimeout: z.number().positive().optional(),
})

/** What a comparison says beside the scenario of its sides, by itself: how it goes together is checked above. */
export const comparisonShape = z.strictObject({
  ...own.shape,
  regressions: z.record(z.string(), z.string()),
  baseline: z.union([z.string().min(1, `is empty: ${EMPTY_URL}`), side]),
  candidate: z.union([z.string().min(1, `is empty: ${EMPTY_URL}`), side]),
})

const OWN_NAMES = ['baseline', 'candidate', ...Object.keys(own.shape)]
const DEFAULT_NUMBER = 200
const LOOKS = 4

/**
 * Checks a comparison and fills in its defaults.
 *
 * @param input in camelCase, snake_case or kebab-case
 * @throws ConfigError naming what is wrong; nothing was started or sent then
 */
export function resolveComparison(input: ComparisonConfig | Record<string, unknown>): ResolvedComparison {
  const given: Record<string, unknown> = {}
  const scenario: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(input)) {
    const name = camelCase(key)
    if (value !== undefined) (OWN_NAMES.includes(name) ? given : scenario)[name] = value
  }
  rejectUnsupported('comparison', scenario)
  const { baseline, candidate, ...rest } = given
  if (rest.regressions === undefined) parseComparison({})
  const options = parsed(own, rest, '')
  const regressions = parseComparison(options.regressions as Record<string, string>)
  const sides = {
    baseline: resolveSide('baseline', baseline, scenario),
    candidate: resolveSide('candidate', candidate, scenario),
  }
  if (options.disjointPrompts) requireMadeUp(sides.baseline.config)
  const objectives = parseObjectives(sides.baseline.config.objectives)
  requireCounted(regressions, { ...sides.baseline.config, objectives }, 'regression')
  const level = onlyLevel(sides.baseline.config)
  const blocks = options.blocks ?? usualBlocks(level.level)
  const maxBlocks = options.maxBlocks ?? LOOKS * blocks
  if (maxBlocks < blocks)
    throw new ConfigError(`option "maxBlocks": ${maxBlocks} is fewer than blocks (${blocks})`, 'maxBlocks')
  const looks = looksOf(blocks, maxBlocks, options.confidence, regressions.filter(({ isGuard }) => !isGuard).length)
  const least = Math.ceil(Math.log2(2 / (1 - looks.at(-1)!.confidence)))
  if (maxBlocks < least)
    throw new ConfigError(
      `option "blocks": ${maxBlocks} pairs of blocks can decide nothing at confidence ${options.confidence}; at least ${least} are needed`,
      'blocks',
    )
  return {
    sides,
    regressions,
    objectives,
    minSuccess: minSuccessOf(
      sides.baseline.config.minSuccessRate,
      regressions.filter(({ isGuard }) => !isGuard).map(({ statistic }) => statistic),
    ),
    level,
    looks,
    confidence: options.confidence,
    blockSize: Math.max(1, Math.round(level.level.number / blocks)),
    onUndecided: options.onUndecided,
    disjointPrompts: options.disjointPrompts,
  }
}

function requireMadeUp(config: ResolvedConfig): void {
  if (hasFreshPrompts(config)) return
  const given = config.prompt === undefined ? `dataset ${config.dataset}` : 'prompt'
  throw new ConfigError(
    `option "disjointPrompts": ${given} has one set of prompts for both sides; choose a dataset that makes them up, such as random, or leave it out`,
    'disjointPrompts',
  )
}

function resolveSide(name: Side, given: unknown, scenario: Record<string, unknown>): ResolvedSide {
  if (given === undefined)
    throw new ConfigError(
      `option "${name}": missing; give a URL, or what to start, as { command: 'node server.js', readyUrl: 'http://127.0.0.1:8000/health' }`,
      name,
    )
  const described = typeof given === 'string' ? { url: given } : given
  if (typeof described === 'object' && described !== null && 'url' in described)
    refuseEmptyUrl(described.url, typeof given === 'string' ? name : `${name}.url`)
  const { command, readyUrl, cwd, env, readyTimeout, ...own } = parsed(side, described, `${name}.`)
  if (command === undefined && (readyUrl ?? cwd ?? env ?? readyTimeout) !== undefined)
    throw new ConfigError(`option "${name}": readyUrl, cwd, env and readyTimeout go with a command`, name)
  if (command !== undefined && readyUrl === undefined)
    throw new ConfigError(
      `option "${name}.readyUrl": missing; with a command give a URL that answers when the server is ready`,
      name,
    )
  if (readyUrl !== undefined && !URL.canParse(readyUrl))
    throw new ConfigError(`option "${name}.readyUrl": "${readyUrl}" is not a URL`, name)
  const url = own.url ?? (readyUrl === undefined ? undefined : new URL(readyUrl).origin)
  const headers = { ...(scenario.headers as object | undefined), ...own.headers }
  const extraArgs = { ...(scenario.extraArgs as object | undefined), ...own.extraArgs }
  try {
    const merged = {
      number: DEFAULT_NUMBER,
      ...scenario,
      ...own,
      headers,
      extraArgs,
      ...(url === undefined ? {} : { url }),
    }
    return {
      config: resolveConfig(merged),
      given: givenOptions({ ...scenario, ...own }),
      command:
        command === undefined
          ? undefined
          : { text: command, readyUrl: readyUrl!, cwd, env: env ?? {}, timeoutMs: (readyTimeout ?? 60) * 1000 },
    }
  } catch (error) {
    // What only this side says is wrong in it; the rest is the scenario's.
    if (error instanceof ConfigError && Object.hasOwn(own, error.option ?? ''))
      error.message = `${name}: ${error.message}`
    throw error
  }
}

function parsed<T extends z.ZodObject>(schema: T, value: unknown, prefix: string): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const where = prefix + issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys[0]!
    throw new ConfigError(`option "${prefix}${name}": unknown${suggestion(name, Object.keys(schema.shape))}`, name)
  }
  const message = `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`
  throw new ConfigError(`option "${where.replace(/\.$/, '')}": ${message}`, where.split('.')[0])
}

function onlyLevel(config: ResolvedConfig): RunLevel {
  const { executor } = config
  if (executor !== undefined && !executorFacts(executor)!.divisible)
    throw new ConfigError(
      `option "executor": "${executor}" cannot be divided into like blocks; use ${DEFAULT_EXECUTOR}`,
      'executor',
    )
  const levels = levelsOf(config)
  if (levels.length > 1)
    throw new ConfigError(
      'option "parallel": a comparison runs at one level of load; give one value of parallel and rate',
      'parallel',
    )
  return levels[0]!
}

/** Blocks of at least ten requests, and of several for each connection, so that most are sent under the full load. */
function usualBlocks({ number, parallel }: RunLevel['level']): number {
  const size = Math.max(10, Number.isFinite(parallel) ? 4 * parallel : 10)
  return 2 * Math.round(Math.min(50, Math.max(8, number / size)) / 2)
}
