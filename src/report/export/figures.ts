/** The single numbers of a result with their names and units, for formats that list metrics. */
import { factsOf, HEADLINE_METRICS, SCALAR_NAMES, snakeCase } from '../../metrics/index.ts'
import type { Result, ThresholdResult } from '../../result/index.ts'

export interface Gauge {
  /** In snake case, ending with the unit where it has one. */
  name: string
  unit: string
  help: string
  value: number
}

/** Every single number of a run, and the means of its main metrics; what was not measured is left out. */
export function summaryGauges(result: Result): Gauge[] {
  const { summary, client, distributions } = result
  const ofRun = SCALAR_NAMES.flatMap((name): MaybeGauge[] => {
    const { gauge, quantity, about, inResult } = factsOf(name)
    const unit = quantity === 'duration' ? 'seconds' : quantity === 'share' ? 'ratio' : ''
    return gauge === null ? [] : [[gauge, unit, withoutStop(about), inResult(result)]]
  })
  const means = HEADLINE_METRICS.map((name): MaybeGauge => {
    const milliseconds = distributions[name]?.mean
    return [
      `${snakeCase(name)}_mean_seconds`,
      'seconds',
      `Mean of ${name}: ${withoutStop(factsOf(name).about)}`,
      milliseconds === undefined ? null : milliseconds / 1000,
    ]
  })
  const gauges: MaybeGauge[] = [
    ...ofRun,
    ['concurrency', '', 'Configured requests in flight', summary.concurrency],
    ...means,
    ['client_valid', '', '1 when the load generator was not the bottleneck', client.valid ? 1 : 0],
  ]
  return gauges.flatMap(([name, unit, help, value]) =>
    value === null || value === undefined ? [] : [{ name, unit, help, value }],
  )
}

type MaybeGauge = [name: string, unit: string, help: string, value: number | null | undefined]

/** A help text of OpenMetrics is a phrase. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '')
}

export function thresholdName({ expression }: ThresholdResult): string {
  return expression
}
