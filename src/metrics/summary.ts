/** From what was measured to the parts of a result: the quick-start table, percentile rows, distributions, rates, windows. */
import type { Distribution, PercentileRow, Rates, Summary, Workload, WorkloadWindow } from '../result/index.ts'
import { FAILURE_CAUSES } from '../samples/index.ts'
import { describe } from './distribution.ts'
import { DISTRIBUTION_NAMES, type DistributionName } from './names.ts'
import type { RunMetrics } from './runMetrics.ts'

const PERCENTILES = [10, 25, 50, 66, 75, 80, 90, 95, 98, 99]

export interface SummaryFacts {
  /** null: an open loop without a cap. */
  concurrency: number | null
  expectedRequests: number | null
  resultDbPath: string | null
}

export function summarize(metrics: RunMetrics, facts: SummaryFacts): Summary {
  const mean = (name: DistributionName): number | null => metrics.distribution(name)?.mean ?? null
  const items = mean('items')
  return {
    timeTakenSeconds: metrics.seconds,
    concurrency: facts.concurrency,
    totalRequests: metrics.total,
    succeededRequests: metrics.succeeded,
    failedRequests: metrics.failed,
    qps: metrics.scalar('qps') ?? 0,
    latencySeconds: inSeconds(mean('latency')),
    ttftSeconds: inSeconds(mean('ttft')),
    outputTokensPerSecond: metrics.scalar('outputTokensPerSecond') ?? 0,
    tpotSeconds: inSeconds(mean('tpot')),
    packagesPerRequest: mean('packages'),
    packageLatencySeconds: inSeconds(mean('packageLatency')),
    inputTokensPerRequest: mean('inputTokens'),
    outputTokensPerRequest: mean('outputTokens'),
    ...(items === null ? {} : { input: inputOf(metrics, items) }),
    expectedRequests: facts.expectedRequests,
    resultDbPath: facts.resultDbPath,
  }
}

function inputOf(metrics: RunMetrics, itemsPerRequest: number): NonNullable<Summary['input']> {
  return {
    tokensPerSecond: metrics.scalar('inputTokensPerSecond') ?? 0,
    itemsPerSecond: metrics.scalar('itemsPerSecond') ?? 0,
    itemsPerRequest,
  }
}

export function percentileRows(metrics: RunMetrics): PercentileRow[] {
  return PERCENTILES.map((percentile) => {
    const at = (name: DistributionName): number | null =>
      inSeconds(metrics.distribution(name)?.percentile(percentile) ?? null)
    return {
      percentile,
      firstChunkLatencySeconds: at('firstChunkLatency'),
      latencySeconds: at('latency'),
      ttftSeconds: at('ttft'),
      tpotSeconds: at('tpot'),
      itlSeconds: at('itl'),
    }
  })
}

export function distributions(metrics: RunMetrics): Record<string, Distribution> {
  const found: Record<string, Distribution> = {}
  for (const name of DISTRIBUTION_NAMES) {
    const view = metrics.distribution(name)
    if (view !== undefined) found[name] = describe(view)
  }
  return found
}

export function rates(metrics: RunMetrics): Rates {
  return {
    totalTokensPerSecond: metrics.scalar('totalTokensPerSecond') ?? 0,
    successRate: metrics.scalar('successRate') ?? 0,
    goodput: metrics.scalar('goodput') ?? null,
    goodShare: metrics.scalar('goodShare') ?? null,
    cacheHitShare: metrics.scalar('cacheHitShare') ?? null,
    steadyQps: metrics.scalar('steadyQps') ?? null,
    steadyOutputTokensPerSecond: metrics.scalar('steadyOutputTokensPerSecond') ?? null,
  }
}

/** Every cause that occurred, with its count. */
export function errorCounts(metrics: RunMetrics): Record<string, number> {
  return Object.fromEntries(
    FAILURE_CAUSES.map((cause) => [cause, metrics.errors(cause)] as const).filter(([, count]) => count > 0),
  )
}

function inSeconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000
}

/** The window at the end, seconds; what a long run settles at. */
const LAST_SECONDS = 30

/** Throughput of a run as a whole, at its end, and in its steady window. */
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
