/** One look at a server's metrics: Prometheus text, in the names of each engine, on one scale. */

import { type MachineReading, readMachines } from './machines.ts'
import { parsePrometheus, type Sample, type Samples } from './prometheus.ts'

/** Counts up to each bound; both are sums over all label sets. */
export interface Histogram {
  /** Upper bounds, seconds, ascending; the last is Infinity. */
  bounds: number[]
  /** Cumulative: samples up to the bound of the same index. */
  counts: number[]
  sumSeconds: number
  n: number
}

export interface Snapshot {
  /** null: there are metrics of machines alone. */
  engine: string | null
  machines: MachineReading[]
  gauges: Partial<Record<Gauge, number>>
  counters: Partial<Record<Counter, number>>
  histograms: Partial<Record<HistogramName, Histogram>>
}

/**
 * @throws Error naming the line that is not of Prometheus' format, or that no known engine's metrics are there
 */
export function readSnapshot(text: string): Snapshot {
  const samples = parsePrometheus(text)
  const names = [...samples.keys()]
  const engine = ENGINES.find(({ prefix }) => names.some((name) => name.startsWith(prefix)))
  const machines = readMachines(samples)
  if (engine === undefined && machines.length === 0)
    throw new Error(
      `none of the ${names.length} metrics there is of a known engine (${ENGINES.map(({ prefix }) => `${prefix}…`).join(', ')}) or of a GPU (DCGM_FI_DEV_…, gpu_package_power …); is it the engine's own /metrics, and are its metrics on?`,
    )
  const found = <K extends Gauge | Counter | HistogramName, V>(
    keys: readonly K[],
    read: (name: string, key: K) => V | undefined,
  ): Partial<Record<K, V>> => {
    const all: Partial<Record<K, V>> = {}
    for (const key of keys)
      for (const name of engine?.names[key] ?? []) {
        const value = all[key] === undefined ? read(name, key) : undefined
        if (value !== undefined) all[key] = value
      }
    return all
  }
  return {
    engine: engine?.engine ?? null,
    machines,
    gauges: found(GAUGES, (name, key) =>
      // Shares of several caches do not add up.
      key === 'kvCacheShare' ? mean(samples.get(name)) : total(samples.get(name)),
    ),
    counters: found(COUNTERS, (name) => total(samples.get(name))),
    histograms: found(HISTOGRAMS, (name) => histogram(samples, name)),
  }
}

/** What several servers say at one moment, as one: replicas add up, machines stand side by side. */
export function joinSnapshots(all: readonly Snapshot[]): Snapshot {
  if (all.length === 1) return all[0]!
  const engines = [...new Set(all.flatMap(({ engine }) => engine ?? []))]
  const joined: Snapshot = {
    engine: engines.length === 0 ? null : engines.join(', '),
    machines: all.flatMap(({ machines }) => machines),
    gauges: {},
    counters: {},
    histograms: {},
  }
  const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0)
  for (const name of GAUGES) {
    const values = all.flatMap(({ gauges }) => gauges[name] ?? [])
    if (values.length > 0) joined.gauges[name] = name === 'kvCacheShare' ? sum(values) / values.length : sum(values)
  }
  for (const name of COUNTERS) {
    const values = all.flatMap(({ counters }) => counters[name] ?? [])
    if (values.length > 0) joined.counters[name] = sum(values)
  }
  for (const name of HISTOGRAMS) {
    const [first, ...others] = all.flatMap(({ histograms }) => histograms[name] ?? [])
    if (first !== undefined) joined.histograms[name] = others.reduce(addHistograms, first)
  }
  return joined
}

/** Counts are cumulative: those of a bound that only one of them has are those up to the bound below it in the other. */
function addHistograms(one: Histogram, other: Histogram): Histogram {
  const bounds = [...new Set([...one.bounds, ...other.bounds])].sort((a, b) => a - b)
  const upTo = (histogram: Histogram, bound: number): number =>
    histogram.counts[histogram.bounds.findLastIndex((known) => known <= bound)] ?? 0
  return {
    bounds,
    counts: bounds.map((bound) => upTo(one, bound) + upTo(other, bound)),
    sumSeconds: one.sumSeconds + other.sumSeconds,
    n: one.n + other.n,
  }
}

/** What a histogram counted from one snapshot to a later one; undefined when the server began anew in between. */
export function histogramBetween(before: Histogram | undefined, after: Histogram): Histogram | undefined {
  if (before === undefined) return after
  const counts = after.counts.map((count, i) => count - (before.counts[before.bounds.indexOf(after.bounds[i]!)] ?? 0))
  const n = after.n - before.n
  if (n < 0 || counts.some((count) => count < 0)) return undefined
  return { bounds: after.bounds, counts, sumSeconds: after.sumSeconds - before.sumSeconds, n }
}

function histogram(samples: Samples, name: string): Histogram | undefined {
  const n = total(samples.get(`${name}_count`))
  const sumSeconds = total(samples.get(`${name}_sum`))
  if (n === undefined || sumSeconds === undefined) return undefined
  const byBound = new Map<number, number>()
  for (const { labels, value } of samples.get(`${name}_bucket`) ?? []) {
    const bound = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le'])
    if (!Number.isNaN(bound)) byBound.set(bound, (byBound.get(bound) ?? 0) + value)
  }
  const bounds = [...byBound.keys()].sort((a, b) => a - b)
  return { bounds, counts: bounds.map((bound) => byBound.get(bound)!), sumSeconds, n }
}

function total(samples: readonly Sample[] | undefined): number | undefined {
  const values = finite(samples)
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}

function mean(samples: readonly Sample[] | undefined): number | undefined {
  const sum = total(samples)
  return sum === undefined ? undefined : sum / finite(samples).length
}

/** A gauge that was never set is NaN. */
function finite(samples: readonly Sample[] | undefined): number[] {
  return (samples ?? []).map(({ value }) => value).filter(Number.isFinite)
}

/** Gauges: what is, at the moment of the scrape. */
export const GAUGES = ['running', 'waiting', 'kvCacheShare'] as const
/** Counters: sums since the server's start. */
export const COUNTERS = ['promptTokens', 'outputTokens', 'cacheQueries', 'cacheHits', 'preemptions'] as const
/** Histograms of times, in seconds. */
export const HISTOGRAMS = ['ttft', 'queue', 'latency', 'itl'] as const

type Gauge = (typeof GAUGES)[number]
type Counter = (typeof COUNTERS)[number]
type HistogramName = (typeof HISTOGRAMS)[number]

interface MetricNames {
  readonly engine: string
  /** Every metric of this engine begins so. */
  readonly prefix: string
  readonly names: Readonly<Partial<Record<Gauge | Counter | HistogramName, readonly string[]>>>
}

const ENGINES: readonly MetricNames[] = [
  {
    engine: 'vllm',
    prefix: 'vllm:',
    names: {
      running: ['vllm:num_requests_running'],
      waiting: ['vllm:num_requests_waiting'],
      kvCacheShare: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'],
      promptTokens: ['vllm:prompt_tokens_total'],
      outputTokens: ['vllm:generation_tokens_total'],
      cacheQueries: ['vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'],
      cacheHits: ['vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'],
      preemptions: ['vllm:num_preemptions_total'],
      ttft: ['vllm:time_to_first_token_seconds'],
      queue: ['vllm:request_queue_time_seconds'],
      latency: ['vllm:e2e_request_latency_seconds'],
      itl: ['vllm:inter_token_latency_seconds', 'vllm:time_per_output_token_seconds'],
    },
  },
  {
    engine: 'sglang',
    prefix: 'sglang:',
    names: {
      running: ['sglang:num_running_reqs'],
      waiting: ['sglang:num_queue_reqs'],
      kvCacheShare: ['sglang:token_usage'],
      promptTokens: ['sglang:prompt_tokens_total'],
      outputTokens: ['sglang:generation_tokens_total'],
      cacheHits: ['sglang:cached_tokens_total'],
      ttft: ['sglang:time_to_first_token_seconds'],
      queue: ['sglang:queue_time_seconds'],
      latency: ['sglang:e2e_request_latency_seconds'],
      itl: ['sglang:inter_token_latency_seconds', 'sglang:time_per_output_token_seconds'],
    },
  },
  {
    engine: 'tgi',
    prefix: 'tgi_',
    names: {
      running: ['tgi_batch_current_size'],
      waiting: ['tgi_queue_size'],
      // Histograms of lengths: their sums are the tokens.
      promptTokens: ['tgi_request_input_length_sum'],
      outputTokens: ['tgi_request_generated_tokens_sum'],
      queue: ['tgi_request_queue_duration'],
      latency: ['tgi_request_duration'],
      itl: ['tgi_request_mean_time_per_token_duration'],
    },
  },
  {
    engine: 'llama.cpp',
    prefix: 'llamacpp:',
    names: {
      running: ['llamacpp:requests_processing'],
      waiting: ['llamacpp:requests_deferred'],
      kvCacheShare: ['llamacpp:kv_cache_usage_ratio'],
      promptTokens: ['llamacpp:prompt_tokens_total'],
      outputTokens: ['llamacpp:tokens_predicted_total'],
    },
  },
]
