/** What must hold, read and checked against the scenario before anything is sent. */
import { ConfigError, executorFacts, type ResolvedConfig } from '../config/index.ts'
import { levelsOf, type RunLevel, withBudget } from '../load/index.ts'
import { outOfReach, requireCounted, requireParts } from './checks.ts'
import type { ParsedObjective, ParsedThreshold } from './gate.ts'
import { parseObjectives, parseRegressions, parseThresholds } from './parse.ts'
import { type MinSuccess, minSuccessOf } from './verdict.ts'

export interface Gates {
  thresholds: ParsedThreshold[]
  objectives: ParsedObjective[]
  /** The success rate that is judged beside them. */
  minSuccess: MinSuccess | undefined
  /** What a user should know of them before the run, in full sentences. */
  notices: string[]
}

/**
 * @throws ConfigError when a threshold, an objective or the budget of `confidence` is wrong, or the run has no such
 *   stage or level
 */
export function gatesOf(config: ResolvedConfig, levels: readonly RunLevel[] = levelsOf(config)): Gates {
  const thresholds = parseThresholds(config.thresholds)
  const objectives = parseObjectives(config.objectives)
  requireCounted([...thresholds, ...objectives], { ...config, objectives })
  requireParts(thresholds, {
    stages: config.stages?.length ?? 0,
    parallels: levels.map(({ level }) => level.parallel),
    rates: levels.map(({ level }) => level.rate),
  })
  for (const { level } of levels) checkBudget(config, level)
  const most = Math.max(...levels.map(({ level }) => withBudget(level, config).number))
  const notices = config.confidence === undefined ? [] : outOfReach(thresholds, config.confidence, most)
  const minSuccess = levels.length === 1 ? minSuccessOfRun(config, thresholds) : undefined
  return { thresholds, objectives, minSuccess, notices }
}

/** Of a run at one level of load: what it is about, regressions against a stored result included. */
export function minSuccessOfRun(
  { minSuccessRate, regressions }: ResolvedConfig,
  thresholds: readonly ParsedThreshold[],
): MinSuccess | undefined {
  return minSuccessOf(
    minSuccessRate,
    [...thresholds, ...parseRegressions(regressions)].map(({ statistic }) => statistic),
  )
}

function checkBudget(config: ResolvedConfig, level: RunLevel['level']): void {
  const { confidence, maxNumber, maxDuration } = config
  const option = maxNumber === undefined ? 'maxDuration' : 'maxNumber'
  if (maxNumber === undefined && maxDuration === undefined) return
  if (confidence === undefined)
    throw new ConfigError(
      `option "${option}": sends more requests while a threshold is undecided, which needs the option "confidence", for instance 0.95`,
      option,
    )
  if (executorFacts(level.executor)!.endsItself)
    throw new ConfigError(
      `option "${option}": executor "${level.executor}" ends with its schedule and cannot go on; leave ${option} out`,
      option,
    )
  if (maxNumber !== undefined && Number.isFinite(level.number) && maxNumber < level.number)
    throw new ConfigError(
      `option "maxNumber": ${maxNumber} is less than number (${level.number}), which is sent in any case`,
      'maxNumber',
    )
  if (maxDuration !== undefined && maxDuration * 1000 < level.durationMs && Number.isFinite(level.durationMs))
    throw new ConfigError(
      `option "maxDuration": ${maxDuration} s is less than duration (${level.durationMs / 1000} s)`,
      'maxDuration',
    )
}
