/** The load of a `perfTest.compare`: a candidate against a baseline in one run. */
import type { Layer } from '../config/files/index.ts'
import {
  InvalidRunError,
  RegressionError,
  type Regressions,
  ThresholdError,
  UndecidedComparisonError,
} from '../gates/index.ts'
import { comparedFailures } from '../report/index.ts'
import type { ComparisonResult } from '../result/index.ts'
import {
  type ComparisonConfig,
  type ComparisonSide,
  requireEndpoint,
  resolveComparison,
  runComparison,
} from '../run/index.ts'
import { FIGURE_PREFIX, type Figure } from './figures.ts'
import type { Host } from './host.ts'
import { namingTest, overDefaults, readWritten } from './scenario.ts'
import { runInTurn, withOutputs, withoutStack } from './turn.ts'

/** Two sides, the load both are given, and what must not get worse. */
export interface CompareScenario extends Omit<ComparisonConfig, 'regressions' | 'baseline' | 'candidate'> {
  baseline: string | URL | WrittenSide
  candidate: string | URL | WrittenSide
  /** For instance `{ 'p50(latency)': '5 %', 'p99(ttft)': '10 %', qps: '3 %' }`. */
  regressions: Regressions
  /** The comparison is stopped, and the test fails, after this many milliseconds. */
  timeoutMs?: number
}

/** One side, whose URL may be a `URL`. */
export type WrittenSide = Omit<ComparisonSide, 'url'> & { url?: string | URL | undefined }

export interface CheckedComparison {
  config: ComparisonConfig
  timeoutMs: number | undefined
  onInvalid: 'fail' | 'skip' | 'warn'
}

/** @throws ConfigError naming the test */
export function checkComparison(test: string, scenario: unknown, defaults?: Layer): CheckedComparison {
  return namingTest(test, () => {
    const { timeoutMs, own } = readWritten(scenario, '{ baseline, candidate, regressions }')
    const config = overDefaults(defaults, own, true).config as unknown as ComparisonConfig
    const { sides } = resolveComparison(config)
    for (const side of [sides.baseline, sides.candidate]) requireEndpoint(side.config)
    return { config, timeoutMs, onInvalid: sides.baseline.config.onInvalid }
  })
}

/**
 * @throws InvalidRunError when the client was the bottleneck and `onInvalid` is `fail`
 * @throws RegressionError when a figure of the candidate is worse than tolerated
 * @throws UndecidedComparisonError when that is not known and `onUndecided` is `fail`
 */
export async function runCompare(host: Host, checked: CheckedComparison): Promise<ComparisonResult> {
  const { config, timeoutMs } = checked
  const { outcome, timedOut } = await runInTurn(host, { name: config.name, timeoutMs }, (hooks) =>
    runComparison(withOutputs(config, host), hooks),
  )
  const { result } = outcome
  await host.record({ kind: 'comparison', result, figures: comparisonFigures(result) })
  host.signal.throwIfAborted()
  if (timedOut)
    throw withoutStack(
      new Error(
        `the comparison did not finish within timeoutMs (${timeoutMs} ms): ${result.blocks.pairs} pairs of blocks were complete; raise timeoutMs, or send fewer requests`,
      ),
    )
  host.assert?.(result.regressions.length)
  judge(result, checked.onInvalid, host)
  return result
}

function comparisonFigures({ verdict, blocks, regressions, baseline, candidate }: ComparisonResult): Figure[] {
  const figures: Record<string, string | number> = {
    verdict,
    pairs_of_blocks: blocks.pairs,
    baseline_requests: baseline.totalRequests,
    baseline_failed_requests: baseline.failedRequests,
    candidate_requests: candidate.totalRequests,
    candidate_failed_requests: candidate.failedRequests,
  }
  for (const { expression, message, verdict: judged } of regressions)
    figures[`regression ${expression}`] = `${judged}: ${message}`
  return Object.entries(figures).map(([name, value]) => ({ name: FIGURE_PREFIX + name, value: String(value) }))
}

function judge(result: ComparisonResult, onInvalid: CheckedComparison['onInvalid'], host: Host): void {
  const { verdict, baseline, candidate, regressions, thresholds, config, notes } = result
  const invalid = Object.entries({ baseline, candidate }).flatMap(([side, { client }]) =>
    client.reasons.map((reason) => `${side}: ${reason}`),
  )
  if (verdict === 'invalid') {
    if (onInvalid === 'skip') host.skip(`invalid run: ${invalid.join('; ')}`)
    throw new InvalidRunError(invalid)
  }
  if (invalid.length > 0)
    host.say(['the client was the bottleneck; judged all the same, because of onInvalid', ...invalid].join('\n'))
  if (verdict === 'fail') {
    const isWorse = regressions.some((one) => one.verdict === 'fail')
    if (!isWorse && thresholds.some((one) => one.verdict === 'fail'))
      throw new ThresholdError(thresholds, comparedFailures(result))
    // What else fails a comparison, such as its time limit, is in its notes.
    throw isWorse
      ? new RegressionError(regressions, comparedFailures(result))
      : withoutStack(new Error(notes.join('\n')))
  }
  if (verdict !== 'undecided') return
  if (config.onUndecided === 'fail') throw new UndecidedComparisonError(regressions)
  for (const one of regressions) if (one.verdict === 'undecided') host.say(one.message)
}
