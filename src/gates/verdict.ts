/** The verdict on a run, decided once: what reports, exit codes and test frameworks say comes from here. */
import type { MetricsView } from '../metrics/index.ts'
import type { ClientHealth, Result, Summary, ThresholdResult, Verdict } from '../result/index.ts'
import { evaluateThresholds, isAccepted } from './evaluate.ts'
import type { ParsedThreshold } from './gate.ts'
import { parseThresholds } from './parse.ts'
import { type Statistic, tellsFailures } from './statistic.ts'

export interface VerdictFacts {
  /** What was judged: thresholds, or the regressions of a comparison. */
  judged: readonly Pick<ThresholdResult, 'verdict'>[]
  requests: RequestCounts
  /** False where part of the load was not sent, so that nothing may be judged. */
  clientJudged: boolean
  /** False where the client offered less load than asked: then nothing passes, though it may fail. Default true. */
  loadOffered?: boolean
  /** The run ended before it was done. */
  interrupted: boolean
}

/** Of one run, or of the side of a comparison that fared worst. */
export interface RequestCounts {
  total: number
  succeeded: number
  /** Failed by our own doing: the run ended while they were in flight, or there were no file descriptors to send them. */
  cancelled: number
}

/** @param errors failed requests by cause */
export function requestCounts(
  { totalRequests, succeededRequests }: Pick<Summary, 'totalRequests' | 'succeededRequests'>,
  errors: Readonly<Record<string, number>>,
): RequestCounts {
  return {
    total: totalRequests,
    succeeded: succeededRequests,
    cancelled: (errors['cancelled'] ?? 0) + (errors['no-descriptors'] ?? 0),
  }
}

/**
 * Decides a verdict: `fail` where every request failed, then `invalid` where part of the load was not sent, then `fail`,
 * `invalid`, `undecided`, `pass`; `none` where nothing was judged. A pass needs that the load was offered. A run that was
 * cut short never passes: what it did not send might have changed the verdict.
 */
export function decideVerdict({
  judged,
  requests,
  clientJudged,
  loadOffered = true,
  interrupted,
}: VerdictFacts): Verdict {
  const { total, succeeded, cancelled } = requests
  if (succeeded === 0 && total > cancelled) return 'fail'
  if (!clientJudged) return 'invalid'
  const gates = verdictOfGates(judged)
  if (gates === 'fail' || (succeeded === 0 && !interrupted)) return 'fail'
  if (gates === 'invalid' || !loadOffered) return 'invalid'
  return interrupted ? 'undecided' : gates
}

/** The verdict of the gates alone: fail before invalid before undecided before pass; `none` without any. */
export function verdictOfGates(judged: VerdictFacts['judged']): Verdict {
  const has = (verdict: Verdict): boolean => judged.some((one) => one.verdict === verdict)
  if (has('fail')) return 'fail'
  if (has('invalid')) return 'invalid'
  if (has('undecided')) return 'undecided'
  return judged.length === 0 ? 'none' : 'pass'
}

const BADNESS: readonly Verdict[] = ['none', 'pass', 'undecided', 'invalid', 'fail']

/** The verdict over several levels or runs; `none` where none of them was judged. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return BADNESS[Math.max(0, ...verdicts.map((verdict) => BADNESS.indexOf(verdict)))]!
}

/**
 * Whether a run is accepted, as exit code 0 or a green test. Thresholds that are undecided are accepted by their values
 * alone; an invalid run is accepted with `onInvalid: 'skip'`, as it was not judged.
 */
export function isAcceptedRun({
  verdict,
  config,
  thresholds,
}: Pick<Result, 'verdict' | 'config' | 'thresholds'>): boolean {
  if (verdict === 'undecided') return thresholds.every(isAccepted)
  return verdict === 'pass' || verdict === 'none' || (verdict === 'invalid' && config['onInvalid'] === 'skip')
}

/** The least share of the load that a client must have offered for a gate to pass. */
export const MIN_OFFERED = 0.95

type Health = Pick<ClientHealth, 'broken' | 'offeredShare' | 'socketsRefused'>

/**
 * Whether gates are judged at all: not where part of the load was not sent, whatever `onInvalid` says, nor, unless it is
 * `warn`, where connections could not be opened for lack of file descriptors.
 */
export function isJudged({ broken, socketsRefused }: Health, { onInvalid }: { onInvalid?: unknown }): boolean {
  return broken === undefined && (socketsRefused === 0 || onInvalid === 'warn')
}

/** Whether gates may pass: the client offered the load, or `onInvalid` is `warn`. */
export function isOffered({ offeredShare = 1 }: Health, { onInvalid }: { onInvalid?: unknown }): boolean {
  return offeredShare >= MIN_OFFERED || onInvalid === 'warn'
}

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
 * @param gates what the gates of the scenario are about, in any order
 * @returns undefined where nothing is to be judged: there is no gate, or one of them speaks of failures
 * @throws ConfigError when the setting is no share
 */
export function minSuccessOf(setting: MinSuccessRate | undefined, gates: readonly Statistic[]): MinSuccess | undefined {
  if (setting === undefined && (gates.length === 0 || gates.some(tellsFailures))) return undefined
  const share = setting ?? DEFAULT
  const text = typeof share === 'number' ? `${Number((share * 100).toFixed(6))} %` : share.trim()
  const [threshold] = parseThresholds({ successRate: `>= ${text}` })
  return threshold!.limit === 0 ? undefined : { threshold: threshold!, isDefault: setting === undefined }
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
