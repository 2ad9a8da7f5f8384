/** What commands that send load run; tests hand in others. Loaded late: help and wrong usage need none of it. */

import type { SweepResult } from '../result/index.ts'
import type { ComparisonOutcome, Outcome, RunHooks, SweepRange } from '../run/index.ts'

type Config = Record<string, unknown>

/** What the CLI needs of `runPerfBenchmark`. */
export type RunBenchmark = (
  config: Config,
  hooks: RunHooks,
) => Promise<Pick<Outcome, 'results' | 'verdict' | 'capacity'> & Partial<Pick<Outcome, 'jsonPaths'>>>

/** What the CLI needs of `runComparison`. */
export type RunComparison = (config: Config, hooks: RunHooks) => Promise<ComparisonOutcome>

/** What the CLI needs of `runSweep`. */
export type RunSweep = (config: Config, range: SweepRange, hooks: RunHooks) => Promise<{ sweep: SweepResult }>

/** Says where the embedded server stands in for an endpoint that was not given. */
export const runBenchmark: RunBenchmark = async (config, hooks) => {
  const { embeddedNotice, runPerfBenchmark } = await import('../run/index.ts')
  const notice = embeddedNotice(config)
  if (notice !== undefined) hooks.onNotice?.(notice)
  return runPerfBenchmark(config, hooks)
}

export const runComparison: RunComparison = async (config, hooks) =>
  (await import('../run/index.ts')).runComparison(config, hooks)

export const runSweep: RunSweep = async (config, range, hooks) =>
  (await import('../run/index.ts')).runSweep(config, range, hooks)
