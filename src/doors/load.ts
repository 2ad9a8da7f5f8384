/** The load of a `perfTest`: waits for its turn, runs it, records what was measured, and judges it. */
import type { Layer } from '../config/files/index.ts'
import { ConfigError } from '../config/index.ts'
import type { MetricsView } from '../metrics/index.ts'
import type { Result } from '../result/index.ts'
import { runPerfBenchmark } from '../run/index.ts'
import { prepareStoreThread } from '../store/index.ts'
import { figuresOf } from './figures.ts'
import type { Host } from './host.ts'
import { judge, withoutStack } from './judge.ts'
import { levelLabels } from './levelLabels.ts'
import { rememberMetrics } from './matcher.ts'
import { runInTurn, withOutputs } from './running.ts'
import { type CheckedScenario, checkScenario } from './scenario.ts'

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
