/** The errors a comparison is thrown as: each message is the whole story, so the stack is left empty. */
import { errorJson } from '../errorJson.ts'
import type { RegressionResult } from './judge.ts'

/** The candidate is worse than tolerated. The message has one line for each figure that is. */
export class RegressionError extends Error {
  override readonly name = 'RegressionError'
  readonly regressions: readonly RegressionResult[]

  /** @param failures what servers answered to requests that failed, for the reader */
  constructor(regressions: readonly RegressionResult[], failures: readonly string[] = []) {
    super([...messagesOf(regressions, 'fail'), ...failures.map((text) => `failed requests of the ${text}`)].join('\n'))
    this.regressions = regressions
    this.stack = `${this.name}: ${this.message}`
  }

  toJSON(): { name: string; message: string; stack: string } {
    return errorJson(this)
  }
}

/** The budget is spent, and the intervals of some figures still reach across their tolerances. */
export class UndecidedComparisonError extends Error {
  override readonly name = 'UndecidedComparisonError'
  readonly regressions: readonly RegressionResult[]

  constructor(regressions: readonly RegressionResult[]) {
    const advice = 'more requests narrow the intervals: raise number or maxBlocks, or tolerate more'
    super([...messagesOf(regressions, 'undecided'), advice].join('\n'))
    this.regressions = regressions
    this.stack = `${this.name}: ${this.message}`
  }

  toJSON(): { name: string; message: string; stack: string } {
    return errorJson(this)
  }
}

function messagesOf(regressions: readonly RegressionResult[], verdict: RegressionResult['verdict']): string[] {
  return regressions.filter((result) => result.verdict === verdict).map(({ message }) => message)
}
