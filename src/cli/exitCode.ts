/** The verdict of a run as an exit code. */
import { isAcceptedRun } from '../gates/index.ts'
import type { CapacityResult, Result } from '../result/index.ts'

/** 0 when every level is accepted: it passed, or had nothing to judge; otherwise 1. */
export function exitCodeOf(results: readonly Result[]): 0 | 1 {
  return results.every(isAcceptedRun) ? 0 : 1
}

/** 0 when the search found what its gate asks for. */
export function exitCodeOfCapacity({ verdict, config }: CapacityResult): 0 | 1 {
  return verdict === 'pass' || (verdict === 'invalid' && config['onInvalid'] === 'skip') ? 0 : 1
}
