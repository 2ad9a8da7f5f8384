/** A made-up server whose true figures are known in closed form: log-normal latencies, correlated as real ones are. */

import { DistributionRecorder, type MetricsView } from '../../src/metrics/index.ts'
import { TimelineRecorder } from '../../src/metrics/timelineRecorder.ts'
import { normal, type Random, seeded } from '../../src/random/index.ts'
import type { Timeline } from '../../src/result/index.ts'
import { BatchWriter, C, FAILURE_CAUSES, ROW, type SampleBatch } from '../../src/samples/index.ts'

export interface World {
  /** Coefficient of variation of the latencies. */
  cv: number
  /** Lag-1 autocorrelation of the latencies; they follow a first-order autoregression in the logarithm. */
  rho: number
}

export const MEAN_MS = 500

export interface Run {
  view: MetricsView
  timeline: Timeline
}

export interface Truths {
  mean: number
  qps: number
  quantile(normalQuantile: number): number
}

export function truthsOf({ cv }: World): Truths {
  const { mu, sigma } = logNormal(cv)
  return { mean: MEAN_MS, qps: 1000 / MEAN_MS, quantile: (z) => Math.exp(mu + sigma * z) }
}

/** Latencies one after another, milliseconds. */
export function latenciesOf({ cv, rho }: World, random: Random): () => number {
  const { mu, sigma } = logNormal(cv)
  // The correlation in the logarithm that gives the latencies themselves a correlation of rho.
  const inLog = Math.log1p(rho * Math.expm1(sigma ** 2)) / sigma ** 2
  const fresh = Math.sqrt(1 - inLog ** 2)
  let z = normal(random)
  return () => {
    const latency = Math.exp(mu + sigma * z)
    z = inLog * z + fresh * normal(random)
    return latency
  }
}

/** The figures of one run as the library keeps them: n requests, one after another on one connection. */
export class Recording {
  readonly #latency = new DistributionRecorder()
  readonly #timeline = new TimelineRecorder(0)
  readonly #next: () => number
  #now = 0

  constructor(world: World, seed: number) {
    this.#next = latenciesOf(world, seeded(seed))
  }

  extendTo(n: number): Run {
    while (this.#latency.n < n) {
      const latency = this.#next()
      this.#latency.add(latency)
      this.#timeline.add(this.#now, this.#now + latency, false, 0)
      this.#now += latency
    }
    const scalars: Record<string, number> = {
      qps: (n * 1000) / this.#now,
      totalRequests: n,
      succeededRequests: n,
      failedRequests: 0,
    }
    return {
      view: {
        distribution: (name) => (name === 'latency' ? this.#latency : undefined),
        scalar: (name) => scalars[name],
        errors: () => 0,
        coverage: () => undefined,
      },
      timeline: this.#timeline.timeline(),
    }
  }
}

/**
 * Requests as a load thread hands them over, one after another on one connection.
 *
 * @param startedAt of the first one, milliseconds
 * @param failsFrom requests that take at least so long fail
 */
export function batchOf(
  latencies: readonly number[],
  startedAt: number,
  failsFrom: number = Number.POSITIVE_INFINITY,
): SampleBatch {
  const row = new Float64Array(ROW)
  let now = startedAt
  for (const latency of latencies) {
    row.fill(Number.NaN)
    row[C.scheduledAt] = now
    row[C.startedAt] = now
    now += latency
    row[C.endedAt] = now
    row[C.flags] = 0
    row[C.cause] = latency >= failsFrom ? FAILURE_CAUSES.indexOf('http-5xx') : -1
    writer.add(row, NO_GAPS, 0, NO_TEXTS)
  }
  return writer.take()
}

const writer = new BatchWriter(0)
const NO_GAPS = new Float64Array(0)
const NO_TEXTS = ['', '', '', '']

function logNormal(cv: number): { mu: number; sigma: number } {
  const variance = Math.log1p(cv ** 2)
  return { mu: Math.log(MEAN_MS) - variance / 2, sigma: Math.sqrt(variance) }
}
