/** A run's figures made up for a test, from lists of values. */

import {
  type Coverage,
  type DistributionName,
  DistributionRecorder,
  type DistributionView,
  type MetricsView,
  type ScalarName,
} from '../../src/metrics/index.ts'
import type { FailureCause } from '../../src/samples/index.ts'

export interface Made {
  values?: Partial<Record<DistributionName, Iterable<number>>>
  scalars?: Partial<Record<ScalarName, number>>
  errors?: Partial<Record<FailureCause, number>>
  coverage?: Partial<Record<DistributionName, Coverage>>
}

export function measured({ values = {}, scalars = {}, errors = {}, coverage = {} }: Made): MetricsView {
  const distributions = new Map<string, DistributionView>()
  for (const [name, list] of Object.entries(values)) {
    const recorder = new DistributionRecorder()
    for (const value of list) recorder.add(value)
    distributions.set(name, recorder)
  }
  return {
    distribution: (name) => distributions.get(name),
    scalar: (name) => scalars[name],
    errors: (cause) => errors[cause] ?? 0,
    coverage: (name) => coverage[name],
  }
}

/** 1 … n in an order in which every value has large and small neighbours, so that nothing looks correlated. */
export function spreadOut(n: number, stride: number): number[] {
  return Array.from({ length: n }, (_, i) => ((i * stride) % n) + 1)
}
