/** The verdict on a run, decided once: what reports, exit codes and test frameworks say comes from here. */
import type { Result, Summary, ThresholdResult, Verdict } from '../result/index.ts'
import { isAccepted } from './evaluate.ts'

export interface VerdictFacts {
  /** What was judged: thresholds, or the regressions of a comparison. */
  judged: readonly Pick<ThresholdResult, 'verdict'>[]
  requests: RequestCounts
  /** False where the client was the bottleneck, so that nothing may be judged. */
  clientJudged: boolean
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
 * Decides a verdict: `fail` where every request failed, then `invalid`, `fail`, `undecided`, `pass`; `none` where
 * nothing was judged. A run that was cut short never passes: what it did not send might have changed the verdict.
 */
export function decideVerdict({ judged, requests, clientJudged, interrupted }: VerdictFacts): Verdict {
  const { total, succeeded, cancelled } = requests
  if (succeeded === 0 && total > cancelled) return 'fail'
  if (!clientJudged) return 'invalid'
  const gates = verdictOfGates(judged)
  if (gates === 'fail' || (succeeded === 0 && !interrupted)) return 'fail'
  return interrupted ? 'undecided' : gates
}

/** The verdict of the gates alone: fail before undecided before pass; `none` without any. */
export function verdictOfGates(
  judged: VerdictFacts['judged'],
): Extract<Verdict, 'pass' | 'fail' | 'undecided' | 'none'> {
  const has = (verdict: Verdict): boolean => judged.some((one) => one.verdict === verdict)
  if (has('fail')) return 'fail'
  if (has('undecided')) return 'undecided'
  return judged.length === 0 ? 'none' : 'pass'
}

const BADNESS: readonly Verdict[] = ['none', 'pass', 'undecided', 'fail', 'invalid']

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
