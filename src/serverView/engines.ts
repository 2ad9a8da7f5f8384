/** What each engine calls its figures. Of several names the first that is there counts: engines rename their metrics. */

/** Gauges: what is, at the moment of the scrape. */
export const GAUGES = ['running', 'waiting', 'kvCacheShare'] as const
/** Counters: sums since the server's start. */
export const COUNTERS = ['promptTokens', 'outputTokens', 'cacheQueries', 'cacheHits', 'preemptions'] as const
/** Histograms of times, in seconds. */
export const HISTOGRAMS = ['ttft', 'queue', 'latency', 'itl'] as const

export type Gauge = (typeof GAUGES)[number]
export type Counter = (typeof COUNTERS)[number]
export type HistogramName = (typeof HISTOGRAMS)[number]

export interface MetricNames {
  readonly engine: string
  /** Every metric of this engine begins so. */
  readonly prefix: string
  readonly names: Readonly<Partial<Record<Gauge | Counter | HistogramName, readonly string[]>>>
}

export const ENGINES: readonly MetricNames[] = [
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
