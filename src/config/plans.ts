/** What a comparison, a search and a sweep cannot do: the one list of the options that they reject, each with its reason. */
import { ConfigError } from './errors.ts'
import type { OptionName } from './schema.ts'

/** How a scenario is driven other than level by level, as messages name it. */
export type PlanName = 'comparison' | 'search' | 'sweep'

interface Rejected {
  /** Follows `option "x": `. */
  why: string
  /** It is about single runs: a config file that serves several commands may have it, and then it is passed over. */
  ofRuns?: true
}

type RejectedOptions = Partial<Record<OptionName, Rejected>>

const IN_BLOCKS = 'a comparison sends a number of requests in blocks; give number'
const NO_SEARCH = 'a comparison runs at one level of load; search each side by itself'
const OWN_SERVERS = 'a comparison has two servers; give baseline and candidate a command or a url each'
const ENDS_BY_BLOCKS = 'a comparison goes on by blocks; give maxBlocks'
const STORED = 'a comparison has no stored result, it measures its baseline'
const SLA: RejectedOptions = Object.fromEntries(
  (
    [
      ...(['slaAutoTune', 'slaParams', 'slaGate', 'slaVariable', 'slaUpperBound', 'slaLowerBound'] as const),
      ...(['slaFixedParallel', 'slaNumRuns', 'slaNumberMultiplier'] as const),
    ] satisfies OptionName[]
  ).map((name) => [name, { why: NO_SEARCH, ofRuns: true }]),
)

export const REJECTED: Readonly<Record<PlanName, RejectedOptions>> = {
  comparison: {
    url: { why: 'a comparison has two; give baseline and candidate', ofRuns: true },
    thresholds: {
      why: 'a comparison has regressions instead, for instance { "p50(latency)": "5 %" }; put absolute limits into a perfTest of their own',
      ofRuns: true,
    },
    duration: { why: IN_BLOCKS },
    stages: { why: IN_BLOCKS },
    timestamps: { why: IN_BLOCKS },
    multiTurn: {
      why: 'a comparison sends single requests; leave it out, or run the conversations against each side',
    },
    maxNumber: { why: ENDS_BY_BLOCKS, ofRuns: true },
    maxDuration: { why: ENDS_BY_BLOCKS, ofRuns: true },
    baselineDir: { why: STORED, ofRuns: true },
    unlikeBaseline: { why: STORED, ofRuns: true },
    loadShard: { why: 'a comparison runs in one process; split a run instead', ofRuns: true },
    startAt: { why: 'only the parts of a split load begin at one time; leave it out', ofRuns: true },
    metricsUrl: { why: 'a comparison does not read the metrics of two servers; run each side by itself', ofRuns: true },
    metricsInterval: { why: 'goes with metricsUrl, which a comparison does not read', ofRuns: true },
    visualizer: {
      why: 'a comparison writes no folder for an experiment tracker; export its two result DBs with perfgate export',
      ofRuns: true,
    },
    maxCost: { why: 'a comparison sends a number of requests in blocks; give number', ofRuns: true },
    localCommand: { why: OWN_SERVERS },
    port: { why: OWN_SERVERS },
    ...SLA,
  },
  search: {
    stages: { why: 'a search sets the load itself; leave it out with slaAutoTune' },
    timestamps: { why: 'a search sets the load itself; leave it out with slaAutoTune' },
    executor: { why: 'a search sets the load itself; leave it out with slaAutoTune' },
    baseline: { why: 'a search has no counterpart in a stored result; leave it out' },
    regressions: { why: 'a search has no counterpart in a stored result; leave it out' },
    maxNumber: { why: 'a search sends the same number at every step; leave it out, or raise slaNumRuns' },
    maxDuration: { why: 'a search sends the same number at every step; leave it out, or raise slaNumRuns' },
    loadShard: { why: 'a search decides from the figures of the whole what it sends next; leave it out' },
    maxCost: { why: 'a search that ends early finds a wrong capacity; give slaNumRuns and slaUpperBound' },
    startAt: { why: 'a search has many levels of load, which cannot all begin at one time; leave it out' },
  },
  sweep: {
    thresholds: {
      why: 'a sweep goes on until they must break; --sla-auto-tune finds the highest load that keeps them',
    },
    stages: { why: 'a sweep sets the load itself; leave it out' },
    timestamps: { why: 'a sweep sets the load itself; leave it out' },
    executor: { why: 'a sweep sets the load itself; leave it out' },
    baseline: {
      why: 'a sweep has no counterpart in a stored result; run the levels as a list, --parallel 1 2 4',
    },
    regressions: {
      why: 'a sweep has no counterpart in a stored result; run the levels as a list, --parallel 1 2 4',
    },
    maxNumber: { why: 'a sweep judges nothing that more requests could decide; leave it out' },
    maxDuration: { why: 'a sweep judges nothing that more requests could decide; leave it out' },
    loadShard: { why: 'a sweep decides from the figures of the whole what it sends next; leave it out' },
    maxCost: {
      why: 'a sweep that ends early finds no limit of the server; run the levels as a list, --parallel 1 2 4',
    },
    startAt: { why: 'a sweep has many levels of load, which cannot all begin at one time; leave it out' },
    slaAutoTune: { why: 'a sweep is no search for capacity; run the scenario without "sweep", or leave it out' },
    slaParams: { why: 'is about a search for capacity; leave it out' },
    slaGate: { why: 'is about a search for capacity; leave it out' },
  },
}

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

/** Options of single runs that a config file may have beside what the plan takes. */
export function passedOver(plan: PlanName): string[] {
  return Object.entries(REJECTED[plan]).flatMap(([name, { ofRuns }]) => (ofRuns ? name : []))
}

function isAsked(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false
  return typeof value !== 'object' || Array.isArray(value) || Object.keys(value).length > 0
}
