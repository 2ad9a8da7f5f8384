/** The errors a verdict is thrown as: each message is the whole story, so the stack is left empty. */
import { PerfgateError } from '../config/index.ts'
import type { ThresholdResult } from '../result/index.ts'
import type { RegressionResult } from './comparison.ts'

abstract class VerdictError extends PerfgateError {
  constructor(name: string, message: string, details: object) {
    super(name, message, details)
    this.stack = `${name}: ${message}`
  }
}

/** A threshold was not met. The message has one line for each. */
export class ThresholdError extends VerdictError {
  declare readonly name: 'ThresholdError'
  declare readonly results: readonly ThresholdResult[]

  /**
   * @param results those of the run; the message tells of the failed ones
   * @param failures of a comparison: what servers answered to requests that failed
   */
  constructor(results: readonly ThresholdResult[], failures: readonly string[] = []) {
    super('ThresholdError', [messagesOf(results, 'fail'), ...failedRequests(failures)].join('\n'), { results })
  }
}

/** The client was the bottleneck: no gate passes or fails on such values. */
export class InvalidRunError extends VerdictError {
  declare readonly name: 'InvalidRunError'
  declare readonly reasons: readonly string[]

  /** @param reasons each with its cause and remedy, as in the result's `client.reasons` */
  constructor(reasons: readonly string[]) {
    const says = 'invalid run: the client was the bottleneck, so its metrics say little about the server'
    super('InvalidRunError', [says, ...reasons].join('\n'), { reasons })
  }
}

/** The intervals of some thresholds reach across their limits, and their values alone would not meet them. */
export class UndecidedError extends VerdictError {
  declare readonly name: 'UndecidedError'
  declare readonly results: readonly ThresholdResult[]

  /** @param results those of the run; the message tells of the undecided ones */
  constructor(results: readonly ThresholdResult[]) {
    super(
      'UndecidedError',
      `${messagesOf(results, 'undecided')}\nmore requests narrow the interval: give maxNumber or maxDuration (or raise number or duration), or lower confidence`,
      { results },
    )
  }
}

/** The candidate is worse than tolerated. The message has one line for each regression that is. */
export class RegressionError extends VerdictError {
  declare readonly name: 'RegressionError'
  declare readonly regressions: readonly RegressionResult[]

  /** @param failures what servers answered to requests that failed, for the reader */
  constructor(regressions: readonly RegressionResult[], failures: readonly string[] = []) {
    super('RegressionError', [messagesOf(regressions, 'fail'), ...failedRequests(failures)].join('\n'), { regressions })
  }
}

/** The budget is spent, and the intervals of some regressions still reach across their tolerances. */
export class UndecidedComparisonError extends VerdictError {
  declare readonly name: 'UndecidedComparisonError'
  declare readonly regressions: readonly RegressionResult[]

  constructor(regressions: readonly RegressionResult[]) {
    const advice = 'more requests narrow the intervals: raise number or maxBlocks, or tolerate more'
    super('UndecidedComparisonError', [messagesOf(regressions, 'undecided'), advice].join('\n'), { regressions })
  }
}

function messagesOf(
  results: readonly Pick<ThresholdResult, 'verdict' | 'message'>[],
  verdict: ThresholdResult['verdict'],
): string {
  return results
    .filter((result) => result.verdict === verdict)
    .map(({ message }) => message)
    .join('\n')
}

function failedRequests(failures: readonly string[]): string[] {
  return failures.map((text) => `failed requests of the ${text}`)
}
