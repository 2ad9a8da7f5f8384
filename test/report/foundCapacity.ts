/** What a capacity search found, as its file holds it: four levels, of which 8 does not meet the limit. */
import type { CapacityResult, CapacityStep } from '../../src/result/index.ts'
import { PUBLISHED } from './publishedResult.ts'

function step(level: number, p99LatencySeconds: number, holds: boolean): CapacityStep {
  return {
    level,
    runs: 1,
    totalRequests: level * 10,
    failedRequests: 0,
    qps: Math.min(level, 5) * 2,
    outputTokensPerSecond: level * 20,
    latencySeconds: p99LatencySeconds / 2,
    p99LatencySeconds,
    ttftSeconds: 0.1,
    tpotSeconds: 0.01,
    satisfied: [holds],
    clientValid: true,
  }
}

export const CAPACITY: CapacityResult = {
  schemaVersion: 1,
  kind: 'capacity',
  name: 'chat at 1 s',
  startedAt: '2026-01-02T03:04:05.000Z',
  endpoint: { url: 'http://127.0.0.1:8000/v1/chat/completions', embedded: false },
  variable: 'parallel',
  start: 2,
  lowerBound: 1,
  upperBound: 64,
  runsPerLevel: 1,
  steps: [step(2, 0.4, true), step(4, 0.7, true), step(8, 1.4, false), step(6, 0.9, true)],
  criteria: [
    {
      expression: 'p99_latency <= 1 s',
      kind: 'limit',
      maxSatisfied: 6,
      atUpperBound: false,
      values: [{ key: 'p99_latency', value: 900, unit: 'ms' }],
      note: 'found',
    },
  ],
  unfinished: null,
  gate: [
    {
      expression: 'maxParallel >= 8',
      actual: 6,
      limit: 8,
      unit: '',
      n: 4,
      verdict: 'fail',
      message: 'maxParallel with p99_latency <= 1 s is 6, below the limit of 8',
    },
  ],
  verdict: 'fail',
  config: { store: 'none' },
  environment: PUBLISHED.environment,
  notes: [],
}
