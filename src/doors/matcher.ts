/** `expect(result).toMeetThresholds({ 'p99(itl)': '< 60 ms' })`, for any framework with `expect.extend`. */
import { ConfigError } from '../config/index.ts'
import { evaluateThresholds, parseThresholds, type Thresholds } from '../gates/index.ts'
import type { MetricsView } from '../metrics/index.ts'
import type { Result } from '../result/index.ts'
import { withoutStack } from './judge.ts'

const views = new WeakMap<object, MetricsView>()

/** Lets the matcher find the samples behind a result: a result alone holds a few percentiles only. */
export function rememberMetrics(result: Result, metrics: MetricsView): void {
  views.set(result, metrics)
}

/**
 * Judges as a scenario does.
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
