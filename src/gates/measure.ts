/** Reads the figure a threshold is about from the measured figures of a run. */
import { factsOf, type MetricsView, type ScalarName } from '../metrics/index.ts'
import type { Figure } from './figure.ts'

export interface Measured {
  /** In the figure's own unit; null when no sample was measured. */
  value: number | null
  /** Samples behind the figure. */
  n: number
}

export function measure(figure: Figure, view: MetricsView): Measured {
  const requests = view.scalar('totalRequests') ?? 0
  if (figure.kind === 'errors') return counted(view.errors(figure.cause), requests)
  if (figure.kind === 'scalar') return counted(view.scalar(figure.name), samplesBehind(figure.name, view, requests))
  const distribution = view.distribution(figure.metric)
  // That nothing was measured is a count too, once there were requests: no new connection, for instance.
  if (figure.kind === 'count') return counted(distribution?.n ?? 0, requests)
  if (distribution === undefined) return { value: null, n: 0 }
  const { n } = distribution
  switch (figure.kind) {
    case 'percentile':
      return counted(distribution.percentile(figure.p), n)
    case 'avg':
      return counted(distribution.mean, n)
    case 'min':
      return counted(distribution.min, n)
    case 'max':
      return counted(distribution.max, n)
    case 'stddev':
      return counted(distribution.stddev, n)
  }
}

function counted(value: number | undefined, n: number): Measured {
  return n === 0 || value === undefined || Number.isNaN(value) ? { value: null, n: 0 } : { value, n }
}

function samplesBehind(name: ScalarName, view: MetricsView, requests: number): number {
  const { samples } = factsOf(name)
  if (samples === 'totalRequests') return requests
  return samples === 'succeededRequests' ? (view.scalar(samples) ?? 0) : (view.distribution(samples)?.n ?? 0)
}
