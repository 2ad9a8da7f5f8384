/** What a comparison, a search and a sweep cannot do: the one list of the options that they reject, each with its reason. */
import { ConfigError } from './errors.ts'
import type { OptionName } from './schema.ts'

/** How a scenario is driven other than level by level, as messages name it. */
export type PlanName = 'comparison' | 'search' | 'sweep'

interface Rejected {
  /** Follows `option "x": `. */
  why: string
  /** The same to somebody who writes flags, where the reason names options. */
  flags?: string
  /** It is about single runs: a config file that serves several commands may have it, and then it is passed over. */
  ofRuns?: true
}

type RejectedOptions = Partial<Record<OptionName, Rejected>>

/** The same reason for each of these options. */
function because<Name extends OptionName>(names: readonly Name[], rejected: Rejected): Record<Name, Rejected> {
  return Object.fromEntries(names.map((name) => [name, rejected])) as Record<Name, Rejected>
}

const SHAPE = ['stages', 'timestamps', 'executor'] as const
const STORED = ['baseline', 'regressions'] as const
const BUDGET = ['maxNumber', 'maxDuration'] as const
const SEARCH = [
  ...(['slaAutoTune', 'slaParams', 'slaGate', 'slaVariable', 'slaUpperBound', 'slaLowerBound'] as const),
  ...(['slaFixedParallel', 'slaNumRuns', 'slaNumberMultiplier'] as const),
] as const

export const REJECTED: Readonly<Record<PlanName, RejectedOptions>> = {
  comparison: {
    url: {
      why: 'a comparison has two; give baseline and candidate',
      flags: 'a comparison has two; give --baseline-url and --candidate-url',
      ofRuns: true,
    },
    thresholds: {
      why: 'a comparison has regressions instead, for instance { "p50(latency)": "5 %" }; put absolute limits into a perfTest of their own',
      flags: 'a comparison has --regression instead, for instance --regression "p50(latency) 5 %"',
      ofRuns: true,
    },
    ...because(['duration', 'stages', 'timestamps'], {
      why: 'a comparison sends a number of requests in blocks; give number',
    }),
    multiTurn: {
      why: 'a comparison sends single requests; leave it out, or run the conversations against each side',
    },
    ...because(BUDGET, { why: 'a comparison goes on by blocks; give maxBlocks', ofRuns: true }),
    ...because(['baselineDir', 'unlikeBaseline'], {
      why: 'a comparison has no stored result, it measures its baseline',
      ofRuns: true,
    }),
    loadShard: { why: 'a comparison runs in one process; split a run instead', ofRuns: true },
    startAt: { why: 'only the parts of a split load begin at one time; leave it out', ofRuns: true },
    metricsUrl: { why: 'a comparison does not read the metrics of two servers; run each side by itself', ofRuns: true },
    metricsInterval: { why: 'goes with metricsUrl, which a comparison does not read', ofRuns: true },
    visualizer: {
      why: 'a comparison writes no folder for an experiment tracker; export its two result DBs with perfgate export',
      ofRuns: true,
    },
    ...because(['localCommand', 'port', 'readyUrl', 'readyTimeout'], {
      why: 'a comparison has two servers; give baseline and candidate a command or a url each',
    }),
    maxCost: { why: 'a comparison sends a number of requests in blocks; give number', ofRuns: true },
    ...because(SEARCH, { why: 'a comparison runs at one level of load; search each side by itself', ofRuns: true }),
  },
  search: {
    ...because(SHAPE, { why: 'a search sets the load itself; leave it out with slaAutoTune' }),
    ...because(STORED, { why: 'a search has no counterpart in a stored result; leave it out' }),
    ...because(BUDGET, { why: 'a search sends the same number at every step; leave it out, or raise slaNumRuns' }),
    loadShard: { why: 'a search decides from the figures of the whole what it sends next; leave it out' },
    maxCost: { why: 'a search that ends early finds a wrong capacity; give slaNumRuns and slaUpperBound' },
    startAt: { why: 'a search has many levels of load, which cannot all begin at one time; leave it out' },
  },
  sweep: {
    thresholds: {
      why: 'a sweep goes on until they must break; --sla-auto-tune finds the highest load that keeps them',
    },
    ...because(SHAPE, { why: 'a sweep sets the load itself; leave it out' }),
    ...because(STORED, {
      why: 'a sweep has no counterpart in a stored result; run the levels as a list, --parallel 1 2 4',
    }),
    ...because(BUDGET, { why: 'a sweep judges nothing that more requests could decide; leave it out' }),
    loadShard: { why: 'a sweep decides from the figures of the whole what it sends next; leave it out' },
    maxCost: {
      why: 'a sweep that ends early finds no limit of the server; run the levels as a list, --parallel 1 2 4',
    },
    startAt: { why: 'a sweep has many levels of load, which cannot all begin at one time; leave it out' },
    slaAutoTune: { why: 'a sweep is no search for capacity; run the scenario without "sweep", or leave it out' },
    ...because(['slaParams', 'slaGate'], { why: 'is about a search for capacity; leave it out' }),
  },
}

/** Options of a run that a comparison has, too, and that mean something else there. */
export const COMPARISONS_OWN = ['regressions', 'baseline', 'confidence'] as const satisfies OptionName[]

/**
 * Rejects what a plan cannot do, before anything is started or sent.
 *
 * @param options by name in camelCase; what is undefined, false or an empty record asks for nothing
 * @throws ConfigError naming the first option that the plan rejects, and why
 */
export function rejectUnsupported(plan: PlanName, options: Readonly<Record<string, unknown>>): void {
  for (const [name, { why }] of Object.entries(REJECTED[plan]))
    if (isAsked(options[name])) throw new ConfigError(`option "${name}": ${why}`, name)
}

/** The same for flags. @param flagOf spells the flag of an option, without its dashes */
export function rejectFlags(
  plan: PlanName,
  values: Readonly<Record<string, unknown>>,
  flagOf: (name: OptionName) => string,
): void {
  for (const [name, { why, flags = why }] of Object.entries(REJECTED[plan]))
    if (values[name] !== undefined) throw new ConfigError(`option --${flagOf(name as OptionName)}: ${flags}`, name)
}

/** Options that the command of a plan does not offer in its help. */
export function notOffered(plan: PlanName): readonly OptionName[] {
  return Object.keys(REJECTED[plan]) as OptionName[]
}

/** Options of single runs that a config file may have beside what a comparison takes. */
export function passedOver(): string[] {
  const ofRuns = Object.entries(REJECTED.comparison).flatMap(([name, { ofRuns }]) => (ofRuns ? name : []))
  return [...COMPARISONS_OWN, ...ofRuns]
}

function isAsked(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false
  return typeof value !== 'object' || Array.isArray(value) || Object.keys(value).length > 0
}
