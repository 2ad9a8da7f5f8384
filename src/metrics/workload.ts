/** Throughput of a run as a whole, at its end, and in its steady window. */
import type { Workload, WorkloadWindow } from '../result/index.ts'
import type { RunMetrics } from './runMetrics.ts'

/** The window at the end, seconds; what a long run settles at. */
const LAST_SECONDS = 30

export function workload(metrics: RunMetrics): Workload {
  const steady = metrics.timeline.steady()
  const tokens = metrics.distribution('outputTokens')
  return {
    overall: windowOf(metrics.seconds, metrics.succeeded, tokens ? Math.round(tokens.mean * tokens.n) : 0),
    last30s: atEnd(metrics),
    steady: steady ? windowOf(steady.seconds, steady.completed, steady.outputTokens) : null,
  }
}

/** To whole buckets of the timeline, the last of them as far as the run went. */
function atEnd(metrics: RunMetrics): WorkloadWindow | null {
  if (metrics.total === 0) return null
  const { bucketSeconds, completed, outputTokens } = metrics.timeline.timeline()
  const from = Math.max(0, completed.length - Math.ceil(LAST_SECONDS / bucketSeconds))
  const sum = (values: number[]): number => values.slice(from).reduce((all, value) => all + value, 0)
  const begin = Math.max(metrics.timeline.origin + from * bucketSeconds * 1000, metrics.firstStartedAt)
  return windowOf((metrics.lastEndedAt - begin) / 1000, sum(completed), sum(outputTokens))
}

function windowOf(seconds: number, requests: number, outputTokens: number): WorkloadWindow {
  return {
    seconds,
    requests,
    outputTokens,
    qps: seconds > 0 ? requests / seconds : 0,
    outputTokensPerSecond: seconds > 0 ? outputTokens / seconds : 0,
  }
}
