/** `expect(result).toMeetThresholds({ 'p99(itl)': '< 60 ms' })`, registered when `perfgate/vitest` is imported. */
import { expect } from 'vitest'
import { evaluateThresholds, parseThresholds, type Thresholds } from '../gates/index.ts'
import type { MetricsView } from '../metrics/index.ts'
import type { Result } from '../result/index.ts'

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Of the `result` or `metrics` that `perfTest` hands to its function. Keys and limits are those of a scenario's `thresholds`. */
    toMeetThresholds(thresholds: Thresholds): R
  }
}

const views = new WeakMap<object, MetricsView>()

/** Lets the matcher find the samples behind a result: a result alone holds a few percentiles only. */
export function rememberMetrics(result: Result, metrics: MetricsView): void {
  views.set(result, metrics)
}

expect.extend({
  toMeetThresholds(received: unknown, thresholds: Thresholds) {
    const parsed = parseThresholds(thresholds)
    const partial = parsed.find(({ scope }) => scope !== undefined)
    if (partial !== undefined)
      throw new TypeError(
        `toMeetThresholds: "${partial.expression}" is about a part of the run; put it into the scenario's thresholds`,
      )
    const judged = evaluateThresholds(parsed, metricsOf(received))
    const broken = judged.filter(({ verdict }) => verdict === 'fail')
    return {
      pass: broken.length === 0,
      message: () => (broken.length > 0 ? broken : judged).map(({ message }) => message).join('\n'),
    }
  },
})

function metricsOf(received: unknown): MetricsView {
  const metrics = typeof received === 'object' && received !== null ? (views.get(received) ?? received) : undefined
  if (metrics !== undefined && 'distribution' in metrics && 'scalar' in metrics) return metrics as MetricsView
  throw new TypeError('toMeetThresholds: expected the `result` or `metrics` that perfTest hands to its function')
}
