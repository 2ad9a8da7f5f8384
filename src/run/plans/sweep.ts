/** A sweep: a search that doubles the load until more of it brings only waiting. */
import { type Config, ConfigError, type ResolvedConfig, rejectUnsupported } from '../../config/index.ts'
import { type CurvePoint, findKnee, isOverSaturated } from '../../gates/index.ts'
import { type Result, SCHEMA_VERSION, type SweepResult } from '../../result/index.ts'
import type { RunHooks } from '../hooks.ts'
import { limitReached } from '../limits.ts'
import type { Protocol } from '../protocol.ts'
import { type Outcome, runPlan } from '../runPlan.ts'
import { withScenario } from '../withScenario.ts'
import { inSteps, type LoadVariable, loadOf, type SearchRules, type Step, searchPlan } from './search.ts'

export interface SweepRange {
  variable: LoadVariable
  from: number
  to: number
}

export interface SweepOutcome {
  sweep: SweepResult
  outcome: Outcome
}

/** Requests of a level, where the scenario does not say: this many times its load, and never fewer than the second. */
const REQUESTS_PER_LOAD = 10
const MIN_REQUESTS = 20
/** A level at which more than this share of the requests failed says nothing of latency. */
const MAX_FAILED = 0.5

/**
 * Runs the scenario at `from`, twice that, and so on to `to`, on one endpoint with one set of load threads.
 *
 * Stops at the first level that is over-saturated (see `isOverSaturated`), where most requests fail, or where the
 * client is the bottleneck.
 *
 * @throws ConfigError when the range or an option is wrong; else as `runPerfBenchmark` does
 */
export async function runSweep(
  input: Config | Record<string, unknown>,
  range: SweepRange,
  hooks: RunHooks = {},
): Promise<SweepOutcome> {
  return withScenario(input, hooks, checkSweep, (scenario, watched) => sweepLevels(scenario, range, watched))
}

/** @throws ConfigError for what a sweep cannot do; nothing was sent then */
function checkSweep(config: ResolvedConfig): void {
  rejectUnsupported('sweep', config)
  if (Array.isArray(config.number))
    throw new ConfigError('option "number": a sweep takes one number for every level', 'number')
}

async function sweepLevels(scenario: Protocol, range: SweepRange, hooks: RunHooks): Promise<SweepOutcome> {
  const { config } = scenario
  const { variable, to } = range
  const loads = loadsOf(range)
  let stopped = `the end of the range, ${to}, was reached`
  const rules: SearchRules = {
    variable,
    runs: 1,
    largest: loads.at(-1)!,
    count: loads.length,
    at: (load) => ({
      number: (config.number as number | undefined) ?? usualNumber(config, load),
      // A rate is offered whatever the server does: requests wait there, not here.
      parallel: undefined,
      label: `${variable}_${load}`,
    }),
    isSettled: () => false,
    next(steps) {
      const why = whyStop(steps, variable)
      if (why !== undefined) stopped = why
      return why === undefined ? loads[steps.length] : undefined
    },
  }
  const outcome = await runPlan(scenario, searchPlan(rules, config, hooks), hooks)
  const measured = outcome.results.map((result, i) => ({ result, metrics: outcome.metrics[i]! }))
  const steps = inSteps(measured, rules, config)
  if (hooks.signal?.aborted) stopped = limitReached(hooks) ?? 'the sweep was interrupted'
  else if (steps.at(-1)?.clientValid === false) stopped = `the client was the bottleneck at ${steps.at(-1)!.level}`
  const results = steps.map((step) => step.results.at(-1)!)
  return { sweep: analyse(results, variable, stopped), outcome }
}

/** What the levels of a sweep, in ascending order of load, come to. */
export function analyse(results: readonly Result[], variable: LoadVariable, stopped: string): SweepResult {
  const points = results.map((result) => pointOf(result, variable))
  const knee = findKnee(points)
  const saturated = points.findIndex((point, i) => i > 0 && isOverSaturated(points[i - 1]!, point))
  return {
    schemaVersion: SCHEMA_VERSION,
    kind: 'sweep',
    variable,
    points,
    knee: knee === undefined ? null : points[knee]!.load,
    saturatedFrom: saturated === -1 ? null : points[saturated]!.load,
    stopped,
    results: [...results],
  }
}

/** @throws ConfigError when there is no such range */
function loadsOf({ variable, from, to }: SweepRange): number[] {
  const isWhole = variable === 'rate' || (Number.isInteger(from) && Number.isInteger(to))
  if (!(from > 0) || !Number.isFinite(to) || !isWhole)
    throw new ConfigError(
      `sweep: the range ${from} to ${to} must be of positive ${variable === 'rate' ? '' : 'whole '}numbers`,
    )
  if (to < from) throw new ConfigError(`sweep: "to", ${to}, is below "from", ${from}`)
  const loads: number[] = []
  for (let load = from; load < to; load *= 2) loads.push(load)
  return [...loads, to]
}

/** Undefined where the scenario's duration says how many. */
function usualNumber({ duration }: ResolvedConfig, load: number): number | undefined {
  return duration === undefined ? Math.max(MIN_REQUESTS, Math.ceil(REQUESTS_PER_LOAD * load)) : undefined
}

/** Undefined while the sweep is worth going on with. */
function whyStop(steps: readonly Step[], variable: LoadVariable): string | undefined {
  const [before, last] = steps.slice(-2).map(({ results }) => results.at(-1)!)
  const newest = last ?? before
  if (newest === undefined) return undefined
  const load = loadOf(newest, variable)
  const { failedRequests, totalRequests } = newest.summary
  if (totalRequests === 0) return `no request ended at ${load}`
  if (failedRequests / totalRequests > MAX_FAILED)
    return `${failedRequests} of ${totalRequests} requests failed at ${load}`
  if (last !== undefined && isOverSaturated(pointOf(before!, variable), pointOf(last, variable)))
    return `over-saturated at ${load}: more load brought waiting instead of throughput`
  return undefined
}

function pointOf(result: Result, variable: LoadVariable): CurvePoint {
  const { qps, latencySeconds } = result.summary
  return {
    load: loadOf(result, variable),
    throughput: qps,
    latencyMs: latencySeconds === null ? null : latencySeconds * 1000,
  }
}
