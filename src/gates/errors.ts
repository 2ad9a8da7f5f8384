/** The errors a verdict is thrown as: each message is the whole story, so the stack is left empty. */
import type { ThresholdResult } from '../result/index.ts'
import { errorJson } from './errorJson.ts'

/** A threshold was broken. The message has one line for each that was. */
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

/** The client was the bottleneck: no gate passes or fails on such figures. */
export class InvalidRunError extends Error {
  override readonly name = 'InvalidRunError'
  readonly reasons: readonly string[]

  /** @param reasons each with its cause and remedy, as in the result's `client.reasons` */
  constructor(reasons: readonly string[]) {
    super(
      ['invalid run: the client was the bottleneck, so its figures say little about the server', ...reasons].join('\n'),
    )
    this.reasons = reasons
    this.stack = `${this.name}: ${this.message}`
  }

  toJSON(): { name: string; message: string; stack: string } {
    return errorJson(this)
  }
}

/** The intervals of some thresholds reach across their limits, and their figures alone would break them. */
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

function messagesOf(results: readonly ThresholdResult[], verdict: ThresholdResult['verdict']): string {
  return results
    .filter((result) => result.verdict === verdict)
    .map(({ message }) => message)
    .join('\n')
}
