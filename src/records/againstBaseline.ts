/** A run against a baseline: checked before any request is sent, judged when a level of load is done. */
import { ConfigError, type ResolvedConfig, usesEmbedded } from '../config/index.ts'
import {
  fingerprintDifferences,
  fingerprintOf,
  judgeAgainst,
  type ParsedRegression,
  parseRegressions,
  requireStored,
  scenarioDifferences,
  scenarioHash,
} from '../gates/index.ts'
import { levelConfig, type RunLevel } from '../load/index.ts'
import type { Environment, Result } from '../result/index.ts'
import { type Baseline, readBaseline } from './baselines.ts'
import { environment } from './environment.ts'
import { judgedFurther } from './toResult.ts'

export interface BaselineRequest {
  baseline: Baseline
  regressions: readonly ParsedRegression[]
  /** What happens when the environments differ. */
  unlike: ResolvedConfig['unlikeBaseline']
}

/**
 * The same levels, each to be compared with its counterpart in the scenario's baseline.
 *
 * @throws ConfigError when the baseline cannot be read, holds another scenario, or was measured in an unlike
 *   environment and `unlikeBaseline` is `refuse`
 */
export function againstBaseline(
  config: ResolvedConfig,
  levels: RunLevel[],
  notice: (text: string) => void = () => {},
): RunLevel[] {
  const regressions = parseRegressions(config.regressions)
  if (config.baseline === undefined) {
    if (regressions.length > 0)
      throw new ConfigError(
        'option "regressions": needs a baseline to compare with, for instance baseline: "main"',
        'regressions',
      )
    return levels
  }
  requireStored(regressions)
  const request: BaselineRequest = {
    baseline: readBaseline(config.baseline, config.baselineDir),
    regressions,
    unlike: config.unlikeBaseline,
  }
  return levels.map((level): RunLevel => {
    const here = {
      config: levelConfig(config, level.level),
      endpoint: endpointOf(config),
      environment: environment(),
    }
    const { unlike } = counterpart(request, here)
    if (unlike.length > 0) notice(unlikeSentence(request, unlike))
    return { ...level, finish: (result) => compareWith(request, result, here) }
  })
}

/** Judges a result against its counterpart in a baseline. @throws ConfigError as `againstBaseline` does */
export function compareWith(request: BaselineRequest, result: Result, here: Pick<Here, 'config'> = result): Result {
  const { baseline, regressions } = request
  const { found, unlike } = counterpart(request, {
    ...result,
    config: { ...here.config, model: result.config['model'] },
  })
  const judged = judgeAgainst(regressions, { name: baseline.name, baseline: found, current: result })
  const isGated = unlike.length === 0 || request.unlike === 'judge'
  return judgedFurther(result, {
    thresholds: isGated ? judged : [],
    baseline: {
      name: baseline.name,
      path: baseline.path,
      startedAt: found.startedAt,
      commit: found.environment.commit,
      scenario: scenarioHash(found.config),
      unlike,
    },
    notes: [
      comparedNote(baseline, found),
      ...(unlike.length === 0 ? [] : [unlikeSentence(request, unlike)]),
      ...(isGated ? [] : judged.map(({ message }) => `Not judged: ${message}`)),
    ],
  })
}

/** Where a run stands, as far as it is known before it. */
interface Here {
  config: Readonly<Record<string, unknown>>
  endpoint: { url: string; embedded: boolean }
  environment: Environment
}

function counterpart({ baseline, unlike: policy }: BaselineRequest, here: Here): { found: Result; unlike: string[] } {
  const { results, name, path } = baseline
  const found = results.find(({ config }) => scenarioDifferences(config, asTaken(here.config, config)).length === 0)
  if (found === undefined) {
    const nearest = results
      .map(({ config }) => scenarioDifferences(config, asTaken(here.config, config)))
      .reduce((best, differences) => (differences.length < best.length ? differences : best))
    throw new ConfigError(
      `baseline "${name}": ${path} holds another scenario: ${nearest.join('; ')}; save a baseline of this one`,
      'baseline',
    )
  }
  const unlike = fingerprintDifferences(
    fingerprintOf(found.environment, found.endpoint, found.config),
    fingerprintOf(here.environment, here.endpoint, here.config),
  )
  if (unlike.length > 0 && policy === 'refuse')
    throw new ConfigError(
      `baseline "${name}": ${path} was measured in another environment: ${unlike.join('; ')}; save one here, or set unlikeBaseline to "show" (compare without judging) or "judge"`,
      'baseline',
    )
  return { found, unlike }
}

/**
 * The scenario as the endpoint of the baseline took it: fields that are there by default were left out where it rejected
 * them, and the limit of the answer sent by its other name. Whether it still does so is known only with the first request.
 */
function asTaken(here: Here['config'], there: Here['config']): Here['config'] {
  const limit = there['maxCompletionTokens']
  const isRenamed = there['maxTokens'] === null && (limit == null || same(limit, here['maxTokens']))
  return {
    ...here,
    ...(there['temperature'] === null ? { temperature: null } : {}),
    ...(there['streamUsage'] === false ? { streamUsage: false } : {}),
    ...(isRenamed ? { maxTokens: null, maxCompletionTokens: limit } : {}),
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function endpointOf(config: ResolvedConfig): Here['endpoint'] {
  return { url: config.url ?? '', embedded: usesEmbedded(config) }
}

function comparedNote({ name }: Baseline, { startedAt, environment: { commit } }: Result): string {
  return `Compared with baseline "${name}" of ${startedAt}${commit === null ? '' : `, commit ${commit.slice(0, 12)}`}.`
}

function unlikeSentence({ baseline, unlike: policy }: BaselineRequest, unlike: readonly string[]): string {
  const consequence =
    policy === 'judge'
      ? 'it is judged all the same, because of unlikeBaseline'
      : 'so its regressions are shown, not judged'
  return `Baseline "${baseline.name}" was measured in another environment (${unlike.join('; ')}): ${consequence}.`
}
