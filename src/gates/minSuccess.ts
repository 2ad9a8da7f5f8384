/** Failed requests are judged even where no gate of a scenario speaks of them: `minSuccessRate`, 99 % by default. */
import { factsOf, type MetricsView } from '../metrics/index.ts'
import type { ThresholdResult } from '../result/index.ts'
import { evaluateThresholds } from './evaluate.ts'
import type { Figure } from './figure.ts'
import { type ParsedThreshold, parseThresholds } from './grammar.ts'
import type { RequestCounts } from './verdict.ts'

/** A share of 0 to 1, or a percentage as in `99.5 %`. */
export type MinSuccessRate = number | string

const DEFAULT: MinSuccessRate = '99 %'

/** The least success rate that a run, or a side of a comparison, must reach. */
export interface MinSuccess {
  threshold: ParsedThreshold
  /** The scenario does not set it. */
  isDefault: boolean
}

/**
 * @param setting of the scenario; 0: failures are not judged
 * @param gates figures that the gates of the scenario are about, in any order
 * @returns undefined where nothing is to be judged: there is no gate, or one of them speaks of failures
 * @throws ConfigError when the setting is no share
 */
export function minSuccessOf(setting: MinSuccessRate | undefined, gates: readonly Figure[]): MinSuccess | undefined {
  if (setting === undefined && (gates.length === 0 || gates.some(speaksOfFailures))) return undefined
  const share = setting ?? DEFAULT
  const text = typeof share === 'number' ? `${Number((share * 100).toFixed(6))} %` : share.trim()
  const [threshold] = parseThresholds({ successRate: `>= ${text}` })
  return threshold!.limit === 0 ? undefined : { threshold: threshold!, isDefault: setting === undefined }
}

/** Whether a gate on this figure says how many requests may fail. */
export function speaksOfFailures(figure: Figure): boolean {
  return figure.kind === 'errors' || (figure.kind === 'scalar' && factsOf(figure.name).tellsFailures)
}

/**
 * Judges the share as it was measured, without an interval. Requests that were in flight when the load ended and were
 * cancelled for that count on neither side.
 *
 * @param whose of a comparison, as in `candidate`
 */
export function judgeMinSuccess(
  { threshold, isDefault }: MinSuccess,
  { total, succeeded, cancelled }: RequestCounts,
  whose?: string,
): ThresholdResult {
  const ended = total - cancelled
  const scalars: Partial<Record<string, number>> = {
    totalRequests: ended,
    failedRequests: ended - succeeded,
    ...(ended > 0 ? { successRate: succeeded / ended } : {}),
  }
  const view: MetricsView = {
    distribution: () => undefined,
    scalar: (name) => scalars[name],
    coverage: () => undefined,
    errors: () => 0,
  }
  const [judged] = evaluateThresholds([threshold], view)
  const { expression, message } = judged!
  const of = whose === undefined ? '' : ` of the ${whose}`
  return {
    ...judged!,
    expression: `${expression}${of}`,
    ...(isDefault && { isDefault }),
    message: `${whose === undefined ? '' : `${whose}: `}${message}${isDefault ? '; the default, which minSuccessRate sets' : ''}`,
  }
}
