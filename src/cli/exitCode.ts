/** The verdict of a run as an exit code. */
import { isAccepted as isKept } from '../gates/index.ts'
import type { Result } from '../result/index.ts'

/** 0 when every level passed; otherwise 1. An undecided threshold is judged by its figure alone. An invalid run with `--on-invalid skip` was not judged, and does not fail. */
export function exitCodeOf(results: readonly Result[]): 0 | 1 {
  return results.every(isAccepted) ? 0 : 1
}

function isAccepted({ summary, verdict, config, thresholds }: Result): boolean {
  if (summary.succeededRequests === 0) return false
  if (verdict === 'undecided') return thresholds.every(isKept)
  return verdict === 'pass' || (verdict === 'invalid' && config.onInvalid === 'skip')
}
