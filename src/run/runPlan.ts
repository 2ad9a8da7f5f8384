/** Runs a plan: opens what it sends with, and measures the levels that it asks for, one after another. */
import { parseStartAt, usesEmbedded, wallClockMs } from '../config/index.ts'
import { sleep } from '../config/timers.ts'
import { type Prompt, readConversations, readPrompts } from '../datasets/index.ts'
import { gatesOf, worstVerdict } from '../gates/index.ts'
import { prepareThread, withBudget } from '../load/index.ts'
import type { MetricsView } from '../metrics/index.ts'
import { prepareStoreThread, requireWritable } from '../records/index.ts'
import type { CapacityResult, PercentileRow, Result, Summary, Verdict } from '../result/index.ts'
import { connectionsOf, requireDescriptors } from './descriptors.ts'
import type { RunHooks } from './hooks.ts'
import { admitHost } from './hosts.ts'
import { limitReached } from './limits.ts'
import { type LevelOutcome, measureLevel } from './measureLevel.ts'
import { openRun } from './openRun.ts'
import type { LoadPlan } from './plans/plan.ts'
import type { Protocol } from './protocol.ts'
import { MAX_BODIES } from './requests.ts'

/** What a run gives back: one result per level of a sweep, and the last one's main figures at hand. */
export interface Outcome {
  results: Result[]
  /** The figures behind each result, for further questions. */
  metrics: MetricsView[]
  /** The worst of all levels. */
  verdict: Verdict
  result: Result
  summary: Summary
  percentiles: PercentileRow[]
  resultDbPath: string | null
  jsonPaths: string[]
  /** What a search with `slaAutoTune` found; `results` are then those of its steps. */
  capacity?: CapacityResult
}

/**
 * Runs the levels a plan asks for, one after another, on one endpoint with one set of load threads.
 *
 * @param scenario with the prompts to send, where they are known already
 * @throws as `runPerfBenchmark` does
 */
export async function runPlan(
  { prompts: read, ...scenario }: Protocol & { prompts?: readonly Prompt[] | undefined },
  plan: LoadPlan,
  hooks: RunHooks,
): Promise<Outcome> {
  const { config } = scenario
  const startAtMs = config.startAt === undefined ? undefined : parseStartAt(config.startAt, wallClockMs())
  const { notices, ...gates } = gatesOf(config, plan.extent)
  for (const notice of [admitHost(config) ?? [], ...notices].flat()) hooks.onNotice?.(notice)
  const wanted = Math.max(...plan.extent.map(({ level }) => (level.firstBody ?? 0) + withBudget(level, config).number))
  if (config.store !== 'none') requireWritable(config.outputsDir)
  requireDescriptors({
    connections: Math.max(...plan.extent.flatMap(({ level, warmup }) => [level, warmup ?? level].map(connectionsOf))),
    embedded: usesEmbedded(config),
  })
  prepareThread()
  if (config.store !== 'none') prepareStoreThread()
  const limit = Math.min(wanted, MAX_BODIES)
  const conversations = config.multiTurn
    ? await readConversations(config, limit, hooks.onNotice, hooks.signal)
    : undefined
  const prompts =
    conversations === undefined ? (read ?? (await readPrompts(config, limit, hooks.onNotice, hooks.signal))) : []
  const run = await openRun({ ...scenario, levels: plan.extent, prompts, conversations, limit }, hooks)
  try {
    const outcomes: LevelOutcome[] = []
    for (let index = 0; ; index++) {
      const level = plan.next(outcomes)
      if (level === undefined) break
      if (index > 0 && !outcomes.at(-1)?.aborted) await sleep(config.sleepInterval * 1000, hooks.signal)
      // A limit that is reached between two levels ends the next one before it begins, so that it is seen to be missing.
      const wasLimited = limitReached(hooks) !== undefined && !outcomes.at(-1)?.result.interrupted
      if (index > 0 && ((hooks.signal?.aborted && !wasLimited) || outcomes.at(-1)?.aborted)) break
      const count = Math.max(plan.count, index + 1)
      const measure = (): Promise<LevelOutcome> =>
        measureLevel(level, { run, ...gates, hooks, index, count, startAtMs })
      let outcome = await measure()
      // The moment that the parts of a load share is gone.
      const mayRepeat = config.loadShard === undefined && startAtMs === undefined
      while (outcome.overloaded && mayRepeat && !hooks.signal?.aborted) {
        const threads = await run.addThreads()
        if (threads === undefined) break
        const { before, now } = threads
        hooks.onNotice?.(
          `the client was the bottleneck with ${before} load thread${before === 1 ? '' : 's'}: measured again with ${now}; the first figures are in ${outcome.jsonPath ?? 'no file'}`,
        )
        outcome = await measure()
      }
      outcomes.push(outcome)
    }
    return outcomeOf(outcomes)
  } finally {
    await run.close()
  }
}

function outcomeOf(outcomes: LevelOutcome[]): Outcome {
  const results = outcomes.map(({ result }) => result)
  const result = results.at(-1)!
  return {
    results,
    metrics: outcomes.map(({ metrics }) => metrics),
    verdict: worstVerdict(results.map(({ verdict }) => verdict)),
    result,
    summary: result.summary,
    percentiles: result.percentiles,
    resultDbPath: result.summary.resultDbPath,
    jsonPaths: outcomes.flatMap(({ jsonPath }) => jsonPath ?? []),
  }
}
