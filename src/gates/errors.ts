/** The errors a verdict is thrown as: each message is the whole story, so the stack is left empty. */
import type { ThresholdResult } from '../result/index.ts'
import type { RegressionResult } from './comparison.ts'

/** A threshold was not met. The message has one line for each. */
export class ThresholdError extends Error {
  override readonly name = 'ThresholdError'
  readonly results: readonly ThresholdResult[]

  /**
   * @param results those of the run; the message tells of the failed ones
   * @param failures of a comparison: what servers answered to requests that failed
   */
  constructor(results: readonly ThresholdResult[], failures: readonly string[] = []) {
    super([messagesOf(results, 'fail'), ...failures.map((text) => `failed requests of the ${text}`)].join('\n'))
    this.results = results
    this.stack = `${this.name}: ${this.message}`
  }

  toJSON(): { name: string; message: string; stack: string } {
    return errorJson(this)
  }
}

/** The client was the bottleneck: no gate passes or fails on such values. */
export class InvalidRunError extends Error {
  override readonly name = 'InvalidRunError'
  readonly reasons: readonly string[]

  /** @param reasons each with its cause and remedy, as in the result's `client.reasons` */
  constructor(reasons: readonly string[]) {
    super(
      ['invalid run: the client was the bottleneck, so its metrics say little about the server', ...reasons].join('\n'),
    )
    this.reasons = reasons
    this.stack = `${this.name}: ${this.message}`
  }

  toJSON(): { name: string; message: string; stack: string } {
    return errorJson(this)
  }
}

/** The intervals of some thresholds reach across their limits, and their values alone would not meet them. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError'
  readonly results: readonly ThresholdResult[]

  /** @param results those of the run; the message tells of the undecided ones */
  constructor(results: readonly ThresholdResult[]) {
    super(
      `${messagesOf(results, 'undecided')}\nmore requests narrow the interval: give maxNumber or maxDuration (or raise number or duration), or lower confidence`,
    )
    this.results = results
    this.stack = `${this.name}: ${this.message}`
  }

  toJSON(): { name: string; message: string; stack: string } {
    return errorJson(this)
  }
}

/** The candidate is worse than tolerated. The message has one line for each regression that is. */
export class RegressionError extends Error {
  override readonly name = 'RegressionError'
  readonly regressions: readonly RegressionResult[]

  /** @param failures what servers answered to requests that failed, for the reader */
  constructor(regressions: readonly RegressionResult[], failures: readonly string[] = []) {
    super([messagesOf(regressions, 'fail'), ...failures.map((text) => `failed requests of the ${text}`)].join('\n'))
    this.regressions = regressions
    this.stack = `${this.name}: ${this.message}`
  }

  toJSON(): { name: string; message: string; stack: string } {
    return errorJson(this)
  }
}

/** The budget is spent, and the intervals of some regressions still reach across their tolerances. */
export class UndecidedComparisonError extends Error {
  override readonly name = 'UndecidedComparisonError'
  readonly regressions: readonly RegressionResult[]

  constructor(regressions: readonly RegressionResult[]) {
    const advice = 'more requests narrow the intervals: raise number or maxBlocks, or tolerate more'
    super([messagesOf(regressions, 'undecided'), advice].join('\n'))
    this.regressions = regressions
    this.stack = `${this.name}: ${this.message}`
  }

  toJSON(): { name: string; message: string; stack: string } {
    return errorJson(this)
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

/**
 * What a test runner takes along, for `toJSON`: Vitest appends every other property to its JUnit text and its terminal,
 * thousands of characters of results that the message has told already. Whoever catches the error itself has them.
 */
function errorJson({ name, message, stack }: Error): { name: string; message: string; stack: string } {
  return { name, message, stack: stack ?? '' }
}
