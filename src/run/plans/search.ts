/** A search: a plan that decides by what was measured which level comes next. A capacity and a sweep are found by it. */
import type { ResolvedConfig } from '../../config/index.ts'
import { isJudged, type LevelViews } from '../../gates/index.ts'
import { levelsOf, type RunLevel } from '../../load/index.ts'
import type { MetricsView } from '../../metrics/index.ts'
import type { Result } from '../../result/index.ts'
import type { RunHooks } from '../hooks.ts'
import { limitReached } from '../limits.ts'
import type { LoadPlan } from './plan.ts'

export type LoadVariable = 'parallel' | 'rate'

/** A level at which the client was the bottleneck is measured again so often, before it ends the search. */
const REPEATS = 3

/** All runs at one level so far that say something of it; the last one where none does. */
export interface Step extends LevelViews {
  results: readonly Result[]
  /** Nothing more is to be measured at this level. */
  complete: boolean
  /** False where the client was the bottleneck. */
  clientValid: boolean
  /** How many of its runs were put aside, since the client was the bottleneck in them. */
  repeats: number
}

export interface SearchRules {
  variable: LoadVariable
  /** Runs at each level. */
  runs: number
  /** The largest level that may come. */
  largest: number
  /** How many levels there will be, as far as is known. */
  count: number
  /** What is sent at a level. */
  at(load: number): Omit<WantedLevel, 'variable' | 'value' | 'sentBefore'>
  /** Whether a run says enough of its level, so that no other one is made there. */
  isSettled(view: MetricsView): boolean
  /** @returns the load to try next, given all levels that were tried; undefined: the search is over */
  next(steps: readonly Step[]): number | undefined
}

/** The levels of a search, tried one after another: each with prompts that were not sent before. */
export function searchPlan(rules: SearchRules, config: ResolvedConfig, hooks: RunHooks): LoadPlan {
  const at = (value: number, runsBefore: number, sentBefore: number): RunLevel => {
    const wanted = rules.at(value)
    const label = rules.runs > 1 ? `${wanted.label}_run_${runsBefore + 1}` : wanted.label
    return levelAt(config, { ...wanted, label, variable: rules.variable, value, sentBefore })
  }
  return {
    extent: [at(rules.largest, 0, 0)],
    count: rules.count,
    next(outcomes) {
      const steps = inSteps(outcomes, rules, config)
      const last = steps.at(-1)
      if (last !== undefined && unfinishedBy(last, hooks, false) !== undefined) return undefined
      const sent = outcomes.reduce((sum, { metrics }) => sum + metrics.total, 0)
      const value = last === undefined || last.complete ? rules.next(steps) : last.level
      if (value === undefined) return undefined
      const runsBefore = last?.level === value ? last.results.length : 0
      if (last?.level === value && !isUsable(outcomes.at(-1)!.result, config))
        hooks.onNotice?.(
          `the client was the bottleneck at ${rules.variable} ${value}: measured again (${last.repeats} of ${REPEATS})`,
        )
      return at(value, runsBefore, sent)
    },
  }
}

/** Runs at one level come one after another, and no level is tried twice. */
export function inSteps(
  outcomes: readonly { result: Result; metrics: MetricsView }[],
  { variable, runs, isSettled }: Pick<SearchRules, 'variable' | 'runs' | 'isSettled'>,
  config: Pick<ResolvedConfig, 'onInvalid'>,
): Step[] {
  const groups = Map.groupBy(outcomes, ({ result }) => loadOf(result, variable))
  return [...groups].map(([level, group]) => {
    const usable = group.filter(({ result }) => isUsable(result, config))
    const kept = usable.length > 0 ? usable : group.slice(-1)
    const repeats = group.length - usable.length
    const isExhausted = repeats > REPEATS
    return {
      level,
      runs: kept.map(({ metrics }) => metrics),
      results: kept.map(({ result }) => result),
      complete: isExhausted || usable.length >= runs || usable.some(({ metrics }) => isSettled(metrics)),
      clientValid: usable.length > 0 && !isExhausted,
      repeats,
    }
  })
}

/**
 * Why nothing more can be learnt; undefined: the search goes on, or has found what it looked for.
 * @param isOver nothing more is measured: a level that would be measured again is not
 */
export function unfinishedBy(last: Step | undefined, hooks: RunHooks, isOver = true): string | undefined {
  const { signal, killSignal } = hooks
  if (signal?.aborted || killSignal?.aborted) return limitReached(hooks) ?? 'the search was interrupted'
  return last?.clientValid === false && (isOver || last.complete)
    ? `the client was the bottleneck at ${last.level}`
    : undefined
}

/** Levels that had to be measured again, in a sentence each. */
export function repeatNotes(steps: readonly Step[], variable: LoadVariable): string[] {
  return steps
    .filter(({ repeats, clientValid }) => repeats > 0 && clientValid)
    .map(
      ({ level, repeats }) =>
        `Level ${variable} ${level} was measured ${repeats} time${repeats === 1 ? '' : 's'} more, because the client was the bottleneck; those runs do not count.`,
    )
}

function isUsable({ client }: Result, config: Pick<ResolvedConfig, 'onInvalid'>): boolean {
  return isJudged(client, config)
}

/** The load of a level that was measured. */
export function loadOf({ summary, config }: Result, variable: LoadVariable): number {
  return variable === 'parallel' ? summary.concurrency! : Number(config['rate'])
}

interface WantedLevel {
  variable: LoadVariable
  value: number
  /** Requests to send; undefined: as many as fit in the scenario's duration. */
  number: number | undefined
  /** With a rate: requests in flight at most; undefined: no limit. */
  parallel: number | undefined
  /** Put into file names. */
  label: string
  /** Requests that were sent before: the level goes on with the next prompt, so that a prompt cache does not answer. */
  sentBefore: number
}

/** @throws ConfigError when an executor lacks what it needs */
function levelAt(config: ResolvedConfig, wanted: WantedLevel): RunLevel {
  const { variable, value, number, parallel, label, sentBefore } = wanted
  const load =
    variable === 'parallel'
      ? { parallel: value, rate: -1, openLoop: false }
      : { rate: value, parallel: parallel ?? 1, openLoop: parallel === undefined || config.openLoop }
  const [{ level, warmup }] = levelsOf({ ...config, ...load, number }) as [RunLevel]
  return { level: { ...level, firstBody: sentBefore }, warmup, label }
}
