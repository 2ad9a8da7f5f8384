/** One look at a server's metrics: Prometheus text, in the names of each engine, on one scale. */

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
  engine: string
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
  if (engine === undefined)
    throw new Error(
      `none of the ${names.length} metrics there is of a known engine (${ENGINES.map(({ prefix }) => `${prefix}…`).join(', ')}); is it the engine's own /metrics, and are its metrics on?`,
    )
  const found = <K extends Gauge | Counter | HistogramName, V>(
    keys: readonly K[],
    read: (name: string, key: K) => V | undefined,
  ): Partial<Record<K, V>> => {
    const all: Partial<Record<K, V>> = {}
    for (const key of keys)
      for (const name of engine.names[key] ?? []) {
        const value = all[key] === undefined ? read(name, key) : undefined
        if (value !== undefined) all[key] = value
      }
    return all
  }
  return {
    engine: engine.engine,
    gauges: found(GAUGES, (name, key) =>
      // Shares of several caches do not add up.
      key === 'kvCacheShare' ? mean(samples.get(name)) : total(samples.get(name)),
    ),
    counters: found(COUNTERS, (name) => total(samples.get(name))),
    histograms: found(HISTOGRAMS, (name) => histogram(samples, name)),
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

interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}

/** Samples by the name they are written with: a histogram's are `x_bucket`, `x_sum` and `x_count`. */
type Samples = ReadonlyMap<string, readonly Sample[]>

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*(,?)/y
const REST = /\s+(\S+)(?:\s+(-?\d+))?\s*$/y

/**
 * @throws Error naming the line that is not of the format
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parsePrometheus(text: string): Samples {
  const samples = new Map<string, Sample[]>()
  for (const [i, line] of text.split('\n').entries()) {
    const written = line.trim()
    // `# HELP`, `# TYPE` and comments: a metric is known by its name.
    if (written === '' || written.startsWith('#')) continue
    const { name, ...sample } = readSample(written, i + 1)
    const others = samples.get(name)
    if (others === undefined) samples.set(name, [sample])
    else others.push(sample)
  }
  return samples
}

function readSample(line: string, number: number): Sample & { name: string } {
  const name = matchAt(NAME, line, 0)?.[0]
  if (name === undefined) throw wrong(number, `no metric's name: ${shown(line)}`)
  let at = name.length
  const labels: Record<string, string> = {}
  if (line[at] === '{') {
    at++
    for (;;) {
      const label = matchAt(LABEL, line, at)
      if (label === undefined) break
      labels[label[1]!] = unescaped(label[2]!)
      at += label[0].length
      if (label[3] === '') break
    }
    const close = matchAt(/\s*\}/y, line, at)
    if (close === undefined) throw wrong(number, `labels of "${name}" are not of the form {name="value",…}`)
    at += close[0].length
  }
  const rest = matchAt(REST, line, at)
  if (rest === undefined) throw wrong(number, `"${name}" has no value: ${shown(line)}`)
  const value = readNumber(rest[1]!)
  if (value === undefined) throw wrong(number, `value of "${name}" is not a number: ${shown(rest[1]!)}`)
  return { name, labels, value }
}

/** Go's spelling of numbers. */
function readNumber(word: string): number | undefined {
  if (/^[+-]?inf$/i.test(word)) return word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^nan$/i.test(word)) return Number.NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : undefined
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}

function wrong(line: number, why: string): Error {
  return new Error(`line ${line}: ${why}`)
}
