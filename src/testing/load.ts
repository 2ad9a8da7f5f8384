/**
 * The load of a `perfTest`: waits for its turn, runs it, records what was measured, and judges it. The test fails with one
 * error whose message is the whole story. What its function expects of the result is judged in the same way.
 */
import type { Layer } from '../config/files/index.ts'
import { ConfigError, PerfgateError, type ResolvedConfig } from '../config/index.ts'
import {
  evaluateThresholds,
  InvalidRunError,
  isAcceptedRun,
  parseThresholds,
  ThresholdError,
  type Thresholds,
  UndecidedError,
  worstVerdict,
} from '../gates/index.ts'
import type { MetricsView } from '../metrics/index.ts'
import { prepareStoreThread } from '../records/index.ts'
import { plainWords } from '../report/index.ts'
import type { Result, ThresholdResult } from '../result/index.ts'
import { runPerfBenchmark } from '../run/index.ts'
import { figuresOf } from './figures.ts'
import type { Host } from './host.ts'
import { type CheckedScenario, checkScenario } from './scenario.ts'
import { runInTurn, withOutputs, withoutStack } from './turn.ts'

/** What the function of a perf test is given, beside what its framework gives. */
export interface Measured {
  /** Of the only level of load, or of the last one of a sweep. */
  readonly result: Result
  /** The figures behind `result`, for any percentile of any metric. */
  readonly metrics: MetricsView
  /** One for each level of a sweep, in its order. */
  readonly results: readonly Result[]
}

/** @throws ConfigError naming the test */
export function checkLoad(test: string, scenario: unknown, defaults?: Layer): CheckedScenario {
  const checked = checkScenario(test, scenario, defaults)
  if (checked.isSearch)
    throw new ConfigError(
      `perf test "${test}": option "slaAutoTune": use perfTest.capacity, which judges what is found`,
    )
  // While the other tests are collected.
  if (checked.config.store !== 'none') prepareStoreThread()
  return checked
}

/** @throws what the test fails with: see `judge`; what runPerfBenchmark throws */
export async function runLoad(host: Host, scenario: CheckedScenario): Promise<Measured> {
  const { config, timeoutMs } = scenario
  const { outcome, timedOut } = await runInTurn(host, { name: config.name, timeoutMs }, (hooks) =>
    runPerfBenchmark(withOutputs(config, host), hooks),
  )
  const { result, results, metrics } = outcome
  const labels = levelLabels(results)
  for (const [i, level] of results.entries())
    await host.record({ kind: 'result', result: level, level: labels[i], figures: figuresOf(level, labels[i]) })
  host.signal.throwIfAborted()
  if (timedOut) throw timeoutError(result, timeoutMs!)
  host.assert?.(results.reduce((sum, { thresholds }) => sum + thresholds.length, 0))
  judge(results, scenario.onInvalid, host)
  for (const [i, level] of results.entries()) rememberMetrics(level, metrics[i]!)
  return { result, results, metrics: metrics.at(-1)! }
}

function timeoutError({ summary }: Result, timeoutMs: number): Error {
  const total = summary.expectedRequests === null ? '' : ` of ${summary.expectedRequests}`
  const text = `the load did not finish within timeoutMs (${timeoutMs} ms): ${summary.totalRequests}${total} requests had finished; raise timeoutMs or send fewer requests`
  return withoutStack(new Error(text))
}

/** Not one request succeeded, so there is nothing to judge. */
export class LoadError extends PerfgateError {
  declare readonly name: 'LoadError'

  constructor(message: string) {
    super('LoadError', message)
  }
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
    const gates = levels.flatMap(({ result, at }) =>
      result.thresholds.filter(({ verdict }) => verdict === 'invalid').map(({ message }) => at + message),
    )
    const reasons = [...invalid, ...gates]
    if (onInvalid === 'skip') host.skip(`invalid run: ${reasons.join('; ')}`)
    throw new InvalidRunError(reasons)
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

function whyAllFailed({ summary, failures }: Result): string {
  if (summary.totalRequests === 0) return 'no request finished'
  const causes = failures.map(({ cause, status, message, count }) => {
    const said = plainWords(message)
    return `  ${count} × ${cause}${status === null ? '' : ` (HTTP ${status})`}${said === '' ? '' : `: ${said}`}`
  })
  return [`every one of ${summary.totalRequests} requests failed:`, ...causes].join('\n')
}

/** Names the levels of a sweep, for figures and messages: for instance `parallel_4`, as in the file names; undefined for a single level. */
function levelLabels(results: readonly Result[]): (string | undefined)[] {
  if (results.length === 1) return [undefined]
  const parallels = results.map(({ summary }) => summary.concurrency)
  if (new Set(parallels).size === results.length) return parallels.map((parallel) => `parallel_${parallel}`)
  return results.map(({ config }) => `rate_${String(config.rate)}`)
}

const views = new WeakMap<object, MetricsView>()

/** Lets the matcher find the samples behind a result: a result alone holds a few percentiles only. */
export function rememberMetrics(result: Result, metrics: MetricsView): void {
  views.set(result, metrics)
}

/**
 * `expect(result).toMeetThresholds({ 'p99(itl)': '< 60 ms' })`, for any framework with `expect.extend`. Judges as a scenario
 * does.
 *
 * @throws ConfigError when there is no threshold, or one is wrong
 * @throws TypeError when `received` holds no figures, or a threshold is about a part of the run
 * @throws Error where a threshold has no sample: then neither the matcher nor `.not` passes
 */
export function toMeetThresholds(received: unknown, thresholds: Thresholds): { pass: boolean; message: () => string } {
  const parsed = parseThresholds(thresholds)
  if (parsed.length === 0)
    throw new ConfigError(
      'toMeetThresholds: expected conditions like { "p99(latency)": "<= 1.5 s" }, got none; name one',
      'thresholds',
    )
  const partial = parsed.find(({ scope }) => scope !== undefined)
  if (partial !== undefined)
    throw new TypeError(
      `toMeetThresholds: "${partial.expression}" is about a part of the run; put it into the scenario's thresholds`,
    )
  const judged = evaluateThresholds(parsed, metricsOf(received))
  const unmeasured = judged.filter(({ actual }) => actual === null)
  if (unmeasured.length > 0) throw withoutStack(new Error(unmeasured.map(({ message }) => message).join('\n')))
  const broken = judged.filter(({ verdict }) => verdict === 'fail')
  return {
    pass: broken.length === 0,
    message: () => (broken.length > 0 ? broken : judged).map(({ message }) => message).join('\n'),
  }
}

function metricsOf(received: unknown): MetricsView {
  const metrics = typeof received === 'object' && received !== null ? (views.get(received) ?? received) : undefined
  if (metrics !== undefined && 'distribution' in metrics && 'scalar' in metrics) return metrics as MetricsView
  throw new TypeError('toMeetThresholds: expected the `result` or `metrics` that perfTest hands to its function')
}
