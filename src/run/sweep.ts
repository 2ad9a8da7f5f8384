/** A sweep that doubles the load until more of it brings only waiting. */
import {
  type Config,
  ConfigError,
  givenOptions,
  type ResolvedConfig,
  rejectUnsupported,
  resolveConfig,
} from '../config/index.ts'
import { type CurvePoint, findKnee, isOverSaturated } from '../gates/index.ts'
import type { RunLevel } from '../load/index.ts'
import { type Result, SCHEMA_VERSION, type SweepResult } from '../result/index.ts'
import { type Outcome, runPlan } from './benchmark.ts'
import type { RunHooks } from './hooks.ts'
import { levelAt } from './levelAt.ts'
import { limitReached, withinLimits } from './limits.ts'
import type { LoadPlan } from './plan.ts'
import { withProgressFile } from './progressFile.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import { keepingSecrets } from './redact.ts'

export interface SweepRange {
  variable: 'parallel' | 'rate'
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
  return keepingSecrets(input, hooks, async (kept) => {
    const scenario = await protocolOf(resolveConfig(input), givenOptions(input), kept)
    return withinLimits(scenario.config, kept, (limited) => sweepLevels(scenario, range, limited))
  })
}

async function sweepLevels(scenario: Protocol, range: SweepRange, hooks: RunHooks): Promise<SweepOutcome> {
  const config: ResolvedConfig = { ...scenario.config, minSuccessRate: undefined }
  rejectUnsupported('sweep', config)
  if (Array.isArray(config.number))
    throw new ConfigError('option "number": a sweep takes one number for every level', 'number')
  const loads = loadsOf(range)
  let stopped = `the end of the range, ${range.to}, was reached`
  const at = (load: number, sentBefore: number): RunLevel => runLevelAt(config, range.variable, load, sentBefore)
  const plan: LoadPlan = {
    extent: [at(loads.at(-1)!, 0)],
    count: loads.length,
    next(outcomes) {
      const results = outcomes.map(({ result }) => result)
      const why = whyStop(results, range.variable, config)
      if (why !== undefined) stopped = why
      const load = loads[outcomes.length]
      if (why !== undefined || load === undefined) return undefined
      return at(
        load,
        outcomes.reduce((sum, { metrics }) => sum + metrics.total, 0),
      )
    },
  }
  const outcome = await withProgressFile(config, hooks, (watched) => runPlan({ ...scenario, config }, plan, watched))
  if (hooks.signal?.aborted) stopped = limitReached(hooks) ?? 'the sweep was interrupted'
  return { sweep: analyse(outcome.results, range.variable, stopped), outcome }
}

/** What the levels of a sweep, in ascending order of load, come to. */
export function analyse(results: readonly Result[], variable: 'parallel' | 'rate', stopped: string): SweepResult {
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

function runLevelAt(config: ResolvedConfig, variable: 'parallel' | 'rate', load: number, sentBefore: number): RunLevel {
  const own = config.duration === undefined ? Math.max(MIN_REQUESTS, Math.ceil(REQUESTS_PER_LOAD * load)) : undefined
  const number = (config.number as number | undefined) ?? own
  // A rate is offered whatever the server does: requests wait there, not here.
  const isOpen = variable === 'rate'
  return levelAt(
    { ...config, openLoop: isOpen },
    { variable, value: load, number, parallel: 1, label: `${variable}_${load}`, sentBefore },
  )
}

/** Undefined while the sweep is worth going on with. */
function whyStop(
  results: readonly Result[],
  variable: 'parallel' | 'rate',
  config: ResolvedConfig,
): string | undefined {
  const last = results.at(-1)
  if (last === undefined) return undefined
  const { load } = pointOf(last, variable)
  const { failedRequests, totalRequests } = last.summary
  if (totalRequests === 0) return `no request ended at ${load}`
  if (failedRequests / totalRequests > MAX_FAILED)
    return `${failedRequests} of ${totalRequests} requests failed at ${load}`
  if (!last.client.valid && config.onInvalid !== 'warn') return `the client was the bottleneck at ${load}`
  const before = results.at(-2)
  if (before !== undefined && isOverSaturated(pointOf(before, variable), pointOf(last, variable)))
    return `over-saturated at ${load}: more load brought waiting instead of throughput`
  return undefined
}

function pointOf({ summary, config }: Result, variable: 'parallel' | 'rate'): CurvePoint {
  return {
    load: variable === 'rate' ? Number(config['rate']) : summary.concurrency!,
    throughput: summary.qps,
    latencyMs: summary.latencySeconds === null ? null : summary.latencySeconds * 1000,
  }
}
