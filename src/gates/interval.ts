/** The confidence interval of the statistic that a gate is about, by the method that suits it. */
import {
  type DistributionName,
  type DistributionView,
  factsOf,
  type METRICS,
  type MetricsView,
  type MetricsWith,
  type ScalarName,
  steadyBuckets,
} from '../metrics/index.ts'
import type { Timeline } from '../result/index.ts'
import {
  correlationTime,
  type Interval,
  meanInterval,
  normalInterval,
  overdispersion,
  quantileRanks,
  rateInterval,
  ratioInterval,
  samplesNeeded,
  UNBOUNDED,
  wilsonInterval,
} from '../stats/index.ts'
import type { Statistic } from './statistic.ts'

export interface StatisticInterval extends Interval {
  /** Where an end is missing for lack of samples: how many it takes, if neighbours stay as correlated as they are. */
  samplesNeeded?: number
}

export interface IntervalFacts {
  view: MetricsView
  confidence: number
  /** What happened when; without it no interval of a rate can be formed. */
  timeline: Timeline | undefined
}

/**
 * @returns undefined for facts of the run itself, which have no uncertainty: counts, the smallest and largest value,
 *   the time taken; an interval without ends where one would be in place but cannot be formed
 */
export function intervalOf(statistic: Statistic, facts: IntervalFacts): StatisticInterval | undefined {
  const { view, confidence } = facts
  if (statistic.kind === 'errors') return undefined
  if (statistic.kind === 'scalar') return intervalOfScalar(statistic.name, facts)
  const distribution = view.distribution(statistic.metric)
  if (distribution === undefined) return undefined
  switch (statistic.kind) {
    case 'percentile':
      return statistic.p === 0 || statistic.p === 100
        ? undefined
        : intervalOfQuantile(distribution, statistic.p, confidence)
    case 'avg':
      return atLeastZero(intervalOfMean(distribution, confidence))
    case 'stddev':
      return intervalOfDeviation(distribution, confidence)
    case 'min':
    case 'max':
    case 'count':
      return undefined
  }
}

function intervalOfQuantile(distribution: DistributionView, p: number, confidence: number): StatisticInterval {
  const { n } = distribution
  // What is counted are samples on either side of the quantile, so it is their correlation that matters.
  const cut = distribution.percentile(p)
  const tau = correlationTime(distribution.opening().map((value) => (value < cut ? 1 : 0)))
  const { low, high } = quantileRanks(n, p / 100, confidence, n / tau)
  const interval = {
    low: low === null ? null : distribution.orderStatistic(low - 1),
    high: high === null ? null : distribution.orderStatistic(high - 1),
  }
  return low !== null && high !== null
    ? interval
    : { ...interval, samplesNeeded: Math.ceil(samplesNeeded(p / 100, confidence) * tau) }
}

function intervalOfMean(distribution: DistributionView, confidence: number): Interval {
  const series = distribution.series()
  if (series !== undefined) return meanInterval(series, confidence)
  const { mean, stddev, n } = distribution
  return normalInterval(mean, stddev, n / correlationTime(distribution.opening()), confidence)
}

/** The standard deviation is the root of a mean, that of the squared deviations. */
function intervalOfDeviation(distribution: DistributionView, confidence: number): Interval {
  const { mean, stddev, n } = distribution
  const deviations = distribution.opening().map((value) => (value - mean) ** 2)
  const squared =
    distribution.series() !== undefined
      ? meanInterval(deviations, confidence)
      : normalInterval(stddev ** 2, deviationOf(deviations), n / correlationTime(deviations), confidence)
  const { low, high } = atLeastZero(squared)
  return { low: low === null ? null : Math.sqrt(low), high: high === null ? null : Math.sqrt(high) }
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** Sums over seconds, requests or input tokens: what is spread over the requests of a run. */
const SPREAD = new Set<string | null>(['total', 'seconds', 'steadySeconds', 'inputTokensOfCached'])

/** Whether a metric of a run has an interval; a count has none, nor has the energy of machines that others use too. */
export function hasInterval(name: ScalarName): boolean {
  return SPREAD.has(factsOf(name).per)
}

function intervalOfScalar(name: ScalarName, facts: IntervalFacts): Interval | undefined {
  const { view, confidence, timeline } = facts
  const { amount, per } = factsOf(name)
  switch (per) {
    case null:
      return undefined
    case 'total':
      return shareOfRequests(name, facts, amount === 'good' ? latencyCorrelation(view) : 1)
    case 'seconds':
    case 'steadySeconds':
      if (amount === 'good') return goodput(facts)
      return rate(name, timeline && AMOUNTS[amount as TimedAmount](timeline, view), facts)
    case 'inputTokensOfCached':
      return cacheHitShare(view, confidence)
    default:
      return undefined
  }
}

/** Amounts that there are rates of. */
type TimedAmount = Exclude<
  (typeof METRICS)[MetricsWith<{ of: 'run'; per: 'seconds' | 'steadySeconds' }>]['amount'],
  'good'
>

/** Each bucket by bucket. */
const AMOUNTS: Record<TimedAmount, (timeline: Timeline, view: MetricsView) => readonly number[] | undefined> = {
  succeeded: ({ completed }) => completed,
  outputTokens: ({ outputTokens }) => outputTokens,
  totalTokens,
  inputTokens: (timeline, view) => perBucket(timeline, view, 'inputTokens'),
  items: (timeline, view) => perBucket(timeline, view, 'items'),
  steadySucceeded: (timeline) => steady(timeline, timeline.completed),
  steadyOutputTokens: (timeline) => steady(timeline, timeline.outputTokens),
}

/** Buckets end a little after the last request, so the interval is moved to the rate as it is reported. */
function rate(
  name: ScalarName,
  amounts: readonly number[] | undefined,
  { view, confidence, timeline }: IntervalFacts,
): Interval {
  const reported = view.scalar(name)
  if (amounts === undefined || timeline === undefined || reported === undefined) return UNBOUNDED
  const counted = countedRate(amounts, timeline.bucketSeconds)
  const { low, high } = rateInterval(amounts, timeline.bucketSeconds, confidence)
  return low === null || high === null
    ? UNBOUNDED
    : atLeastZero({ low: (low / counted) * reported, high: (high / counted) * reported })
}

/**
 * Output tokens are counted in the timeline; input tokens are laid onto it in the order in which answers ended, those
 * beyond the first 100,000 with their mean.
 */
function totalTokens(timeline: Timeline, view: MetricsView): number[] | undefined {
  return perBucket(timeline, view, 'inputTokens')?.map((input, bucket) => input + (timeline.outputTokens[bucket] ?? 0))
}

/** Lays what each succeeded request has onto the timeline, in the order in which answers ended. */
function perBucket(timeline: Timeline, view: MetricsView, name: DistributionName): number[] | undefined {
  const amounts = view.distribution(name)
  if (amounts?.n !== timeline.completed.reduce((sum, count) => sum + count, 0)) return undefined
  const opening = amounts.opening()
  let next = 0
  return timeline.completed.map((count) => {
    let amount = 0
    for (let i = 0; i < count; i++) amount += opening[next++] ?? amounts.mean
    return amount
  })
}

/** Per second, up to the last bucket in which something was counted. */
function countedRate(amounts: readonly number[], bucketSeconds: number): number {
  const buckets = amounts.findLastIndex((amount) => amount > 0) + 1
  return amounts.reduce((sum, amount) => sum + amount, 0) / (buckets * bucketSeconds)
}

/** Only what was counted in the steady window. */
function steady({ inFlight }: Timeline, amounts: readonly number[]): readonly number[] | undefined {
  const buckets = steadyBuckets(inFlight)
  return buckets && amounts.slice(buckets.first, buckets.last + 1)
}

function shareOfRequests(name: ScalarName, { view, confidence, timeline }: IntervalFacts, correlation = 1): Interval {
  const share = view.scalar(name)
  const n = view.scalar('totalRequests')
  if (share === undefined || n === undefined) return UNBOUNDED
  // Failures come in bursts; an outage of a minute is not a thousand independent failures.
  const scatter = timeline
    ? overdispersion(
        timeline.failed,
        timeline.failed.map((failed, i) => failed + timeline.completed[i]!),
      )
    : 1
  return wilsonInterval(share, n / Math.max(scatter, correlation), confidence)
}

/** Which requests met the objectives is not kept one by one; their latencies are correlated in the same way. */
function latencyCorrelation(view: MetricsView): number {
  const latency = view.distribution('latency')
  return latency === undefined ? 1 : correlationTime(latency.opening())
}

/** The share of good requests times the rate of all; each has half of the error, so the product has at most all of it. */
function goodput({ view, confidence, timeline }: IntervalFacts): Interval {
  const half = 1 - (1 - confidence) / 2
  const reported = view.scalar('goodput')
  const share = view.scalar('goodShare')
  if (timeline === undefined || reported === undefined || !share) return UNBOUNDED
  const shares = shareOfRequests('goodShare', { view, confidence: half, timeline }, latencyCorrelation(view))
  const all = timeline.completed.map((completed, i) => completed + timeline.failed[i]!)
  const rates = rateInterval(all, timeline.bucketSeconds, half)
  if (rates.low === null || rates.high === null || shares.low === null || shares.high === null) return UNBOUNDED
  const scale = reported / (share * countedRate(all, timeline.bucketSeconds))
  return atLeastZero({ low: shares.low * rates.low * scale, high: shares.high * rates.high * scale })
}

/** Above 100,000 answers that of the first of them, which is rather too wide, moved to the share as it is reported. */
function cacheHitShare(view: MetricsView, confidence: number): Interval {
  const cached = view.distribution('cachedTokens')
  const input = view.distribution('inputTokens')
  const share = view.scalar('cacheHitShare')
  if (cached === undefined || share === undefined || input?.n !== cached.n) return UNBOUNDED
  const { low, high } = ratioInterval(cached.opening(), input.opening(), confidence)
  if (low === null || high === null) return UNBOUNDED
  const shift = share - sumOf(cached.opening()) / sumOf(input.opening())
  return { low: Math.max(0, low + shift), high: Math.min(1, high + shift) }
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function atLeastZero({ low, high }: Interval): Interval {
  return { low: low === null ? null : Math.max(0, low), high }
}
