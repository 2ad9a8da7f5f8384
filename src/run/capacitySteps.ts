/** The steps of a capacity search: the runs at each level, and the figures they come to. */
import type { ResolvedConfig } from '../config/index.ts'
import { type Criterion, judgesFailures, type LevelViews, meets } from '../gates/index.ts'
import type { CapacityStep, Result } from '../result/index.ts'
import type { LevelOutcome } from './levelRun.ts'

/** All runs at one level so far. */
export interface Step extends LevelViews {
  results: readonly Result[]
  /** All runs were made, or one of them has settled it: a failed request breaks the level. */
  complete: boolean
  clientValid: boolean
}

/** Runs at one level come one after another, and no level is tried twice. */
export function inSteps(
  outcomes: readonly LevelOutcome[],
  config: ResolvedConfig,
  criteria: readonly Criterion[],
): Step[] {
  const mayFail = criteria.some(judgesFailures)
  const { slaVariable, slaNumRuns, onInvalid } = config
  const groups = Map.groupBy(outcomes, ({ result }) => levelOf(result, slaVariable))
  return [...groups].map(([level, group]) => {
    const results = group.map(({ result }) => result)
    const hasFailed = results.some(
      ({ summary }) => summary.totalRequests === 0 || (summary.failedRequests > 0 && !mayFail),
    )
    return {
      level,
      runs: group.map(({ metrics }) => metrics),
      results,
      complete: hasFailed || group.length >= slaNumRuns,
      clientValid: onInvalid === 'warn' || results.every(({ client }) => client.valid),
    }
  })
}

export function stepResult(step: Step, criteria: readonly Criterion[]): CapacityStep {
  const { level, results } = step
  const summed = (pick: (result: Result) => number): number => results.reduce((sum, result) => sum + pick(result), 0)
  const averaged = (pick: (result: Result) => number | null | undefined): number | null => {
    const values = results.flatMap((result) => pick(result) ?? [])
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
  }
  return {
    level,
    runs: results.length,
    totalRequests: summed(({ summary }) => summary.totalRequests),
    failedRequests: summed(({ summary }) => summary.failedRequests),
    qps: averaged(({ summary }) => summary.qps) ?? 0,
    outputTokensPerSecond: averaged(({ summary }) => summary.outputTokensPerSecond) ?? 0,
    latencySeconds: averaged(({ summary }) => summary.latencySeconds),
    p99LatencySeconds: averaged(({ distributions }) => inSeconds(distributions['latency']?.p99)),
    ttftSeconds: averaged(({ summary }) => summary.ttftSeconds),
    tpotSeconds: averaged(({ summary }) => summary.tpotSeconds),
    satisfied: criteria.map((criterion) => meets(criterion, step)),
    clientValid: step.clientValid,
  }
}

function levelOf({ summary, config }: Result, variable: 'parallel' | 'rate'): number {
  return variable === 'parallel' ? summary.concurrency! : Number(config['rate'])
}

function inSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000
}
