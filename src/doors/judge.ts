/** From results to the one error a perf test fails with: its message is the whole story, its stack has no frames. */
import type { ResolvedConfig } from '../config/index.ts'
import { InvalidRunError, isAcceptedRun, ThresholdError, UndecidedError, worstVerdict } from '../gates/index.ts'
import { plainWords } from '../report/index.ts'
import type { Result, ThresholdResult } from '../result/index.ts'
import type { Host } from './host.ts'
import { levelLabels } from './levelLabels.ts'

/** Not one request succeeded, so there is nothing to judge. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
}

/**
 * Returns when every level of load passed.
 *
 * @param onInvalid when the client was the bottleneck: fail, skip the test, or say so and judge the figures all the same
 * @throws LoadError when no request of a level succeeded
 * @throws InvalidRunError when the client was the bottleneck and `onInvalid` is `fail`
 * @throws ThresholdError when a threshold is broken, with every broken one of every level
 * @throws UndecidedError when none is broken, but one could not be decided and its figure alone would break it
 */
export function judge(
  results: readonly Result[],
  onInvalid: ResolvedConfig['onInvalid'],
  host: Pick<Host, 'skip' | 'say'>,
): void {
  const labels = levelLabels(results)
  const levels = results.map((result, i) => ({
    result,
    at: labels[i] === undefined ? '' : `at ${labels[i].replace('_', ' ')}: `,
  }))
  for (const { result, at } of levels)
    if (result.verdict === 'fail' && result.summary.succeededRequests === 0)
      throw withoutStack(new LoadError(at + whyAllFailed(result)))

  const invalid = levels.flatMap(({ result, at }) => result.client.reasons.map((reason) => at + reason))
  if (results.some(({ verdict }) => verdict === 'invalid')) {
    if (onInvalid === 'skip') host.skip(`invalid run: ${invalid.join('; ')}`)
    throw new InvalidRunError(invalid)
  }
  if (invalid.length > 0)
    host.say(
      ['the client was the bottleneck; the figures are judged all the same, because of onInvalid', ...invalid].join(
        '\n',
      ),
    )

  if (results.every(isAcceptedRun)) return
  const judged = levels.flatMap(({ result, at }) =>
    result.thresholds.map((threshold): ThresholdResult => ({ ...threshold, message: at + threshold.message })),
  )
  throw worstVerdict(results.map(({ verdict }) => verdict)) === 'fail'
    ? new ThresholdError(judged)
    : new UndecidedError(judged)
}

/** The stack of an expected failure leads into this library, where the reader has nothing to look for. */
export function withoutStack<E>(error: E): E {
  if (error instanceof Error) error.stack = `${error.name}: ${error.message}`
  return error
}

function whyAllFailed({ summary, failures }: Result): string {
  if (summary.totalRequests === 0) return 'no request finished'
  const causes = failures.map(({ cause, status, message, count }) => {
    const said = plainWords(message)
    return `  ${count} × ${cause}${status === null ? '' : ` (HTTP ${status})`}${said === '' ? '' : `: ${said}`}`
  })
  return [`every one of ${summary.totalRequests} requests failed:`, ...causes].join('\n')
}
