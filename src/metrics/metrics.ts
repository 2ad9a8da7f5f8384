/**
 * METRICS: everything that is known of a metric, one entry each. Thresholds, objectives, regressions, comparisons,
 * exports, JSON Schemas and the reference page are made from it, so that a new metric is one new entry.
 */
import type { Metric } from './metric.ts'

/** Completes `objective "…": ` for what is no property of one answer. */
const ABOUT_CONVERSATIONS = 'an objective is about one request; a conversation is measured with a threshold on it'

/** Of most metrics. */
const plain = { headline: false, aliases: [] } as const
const time = { ...plain, quantity: 'time', whole: false, better: 'lower' } as const
const answerTime = { ...time, of: 'request', compare: 'quantile', objective: true } as const
const number = { ...plain, quantity: 'count', whole: true, better: 'neither', compare: 'none' } as const
const answerNumber = { ...number, of: 'request', objective: true } as const
const answerTokens = { ...answerNumber, quantity: 'tokens' } as const
const answerSpeed = {
  ...plain,
  of: 'request',
  quantity: 'tokenRate',
  whole: false,
  better: 'higher',
  compare: 'quantile',
  objective: true,
} as const
const perSecond = {
  ...plain,
  of: 'run',
  quantity: 'rate',
  per: 'seconds',
  better: 'higher',
  samples: 'succeededRequests',
  tellsFailures: false,
} as const
const tokensPerSecond = { ...perSecond, quantity: 'tokenRate' } as const
const shareOfRequests = {
  ...plain,
  of: 'run',
  quantity: 'share',
  per: 'total',
  compare: 'share',
  samples: 'totalRequests',
} as const
const runCount = {
  ...plain,
  of: 'run',
  quantity: 'count',
  per: null,
  compare: 'none',
  samples: 'totalRequests',
  tellsFailures: false,
} as const

export const METRICS = {
  latency: {
    ...answerTime,
    about: 'Time from the start of a request to the end of its answer.',
    headline: true,
    expected: [],
    aliases: ['e2el', 'request_latency', 'http_req_duration'],
    value: (r) => r.endedAt - r.startedAt,
  },
  responseTime: {
    ...answerTime,
    about: 'Time from the moment a request was due to the end of its answer, free of coordinated omission.',
    expected: [],
    value: (r) => r.endedAt - r.scheduledAt,
  },
  dispatchDelay: {
    ...time,
    of: 'attempt',
    about: 'Time by which a request started later than it was due.',
    compare: 'none',
    objective: 'an objective is about what the server did; responseTime counts the delay in',
    value: (r) => r.startedAt - r.scheduledAt,
  },
  firstChunkLatency: {
    ...answerTime,
    about: 'Time from the start of a request to its first chunk, also one without output.',
    expected: [],
    value: (r) => r.firstChunkAt - r.startedAt,
  },
  ttft: {
    ...answerTime,
    about: 'Time from the start of a request to its first output token; without a stream, the latency.',
    headline: true,
    expected: ['output'],
    aliases: ['time_to_first_token'],
    value: (r) => r.firstTokenAt - r.startedAt,
  },
  tpot: {
    ...answerTime,
    about: 'Time per output token after the first output event.',
    headline: true,
    expected: ['span'],
    aliases: ['time_per_output_token'],
    value: (r) => r.tpotMs,
  },
  itl: {
    ...time,
    of: 'gap',
    about: 'Every gap between consecutive output events; an objective takes the mean gap of a request.',
    headline: true,
    compare: 'quantile',
    objective: true,
    expected: ['span'],
    aliases: ['inter_token_latency'],
    value: (r) => mean(r.gaps),
  },
  packageLatency: {
    ...answerTime,
    about: 'Mean gap between consecutive chunks of a request.',
    expected: ['packages'],
    value: (r) => positive(r.lastChunkAt - r.firstChunkAt) / positive(r.packages - 1),
  },
  connect: {
    ...time,
    of: 'connection',
    about: 'Time to open a connection.',
    compare: 'none',
    objective: 'connection time is not part of one request; measure it with a threshold such as p99(connect)',
    aliases: ['http_req_connecting'],
    value: (r) => r.connectMs,
  },
  firstTurnTtft: {
    ...answerTime,
    about: 'Time to first token of the first turn of each conversation.',
    expected: ['output', 'firstTurn'],
    value: (r) => (r.turn === 0 ? r.firstTokenAt - r.startedAt : Number.NaN),
  },
  laterTurnTtft: {
    ...answerTime,
    about: 'Time to first token of all turns after the first of each conversation.',
    expected: ['output', 'laterTurn'],
    value: (r) => (r.turn > 0 ? r.firstTokenAt - r.startedAt : Number.NaN),
  },
  conversationDuration: {
    ...time,
    of: 'conversation',
    about: 'Time from the first start to the last end of a completed conversation, with its think times.',
    compare: 'quantile',
    objective: ABOUT_CONVERSATIONS,
    valueAtEnd: (end) => end.durationMs,
  },
  inputTokens: {
    ...answerTokens,
    about: 'Tokens of the prompt.',
    expected: [],
    aliases: ['prompt_tokens', 'prompt_token_count', 'input_sequence_length'],
    value: (r) => r.inputTokens,
  },
  outputTokens: {
    ...answerTokens,
    about: 'Tokens of the answer, with its reasoning.',
    expected: [],
    aliases: ['completion_tokens', 'output_token_count', 'output_sequence_length'],
    value: (r) => r.outputTokens,
  },
  cachedTokens: {
    ...answerTokens,
    about: 'Tokens of the prompt that the server found in its cache, where it says so.',
    expected: 'optional',
    value: (r) => r.cachedTokens,
  },
  reasoningTokens: {
    ...answerTokens,
    about: 'Tokens of the reasoning, where the server counts them.',
    expected: 'optional',
    aliases: ['reasoning_token_count'],
    value: (r) => r.reasoningTokens,
  },
  packages: {
    ...answerNumber,
    about: 'Chunks of the answer.',
    expected: [],
    value: (r) => r.packages,
  },
  conversationTurns: {
    ...number,
    of: 'conversation',
    about: 'Turns of a completed conversation.',
    objective: ABOUT_CONVERSATIONS,
    valueAtEnd: (end) => end.turns,
  },
  items: {
    ...answerNumber,
    about: 'Texts that a request embeds, or documents that it ranks.',
    expected: 'optional',
    value: (r) => r.items,
  },
  outputSpeed: {
    ...answerSpeed,
    about: 'Output tokens of a request per second of its latency.',
    expected: ['counted'],
    value: (r) => (r.outputTokens * 1000) / positive(r.endedAt - r.startedAt),
  },
  decodeSpeed: {
    ...answerSpeed,
    about: 'Output tokens per second after the first output event: the inverse of the time per output token.',
    expected: ['span'],
    aliases: ['output_token_throughput_per_user'],
    value: (r) => 1000 / r.tpotMs,
  },
  totalSpeed: {
    ...answerSpeed,
    about: 'Input and output tokens of a request per second of its latency.',
    expected: ['counted'],
    value: (r) => ((r.inputTokens + r.outputTokens) * 1000) / positive(r.endedAt - r.startedAt),
  },
  tokensPerIteration: {
    ...answerSpeed,
    about: 'Output tokens per step of the server: above 1 where it guesses ahead (speculative decoding).',
    quantity: 'tokens',
    expected: ['span', 'packages'],
    value: (r) => positive(r.visibleTokens - 1) / positive(r.packages - 1),
  },
  qps: {
    ...perSecond,
    about: 'Succeeded requests per second.',
    headline: true,
    amount: 'succeeded',
    compare: 'ratio',
    aliases: ['rps', 'request_throughput', 'requests_per_second'],
    gauge: 'queries_per_second',
    inResult: ({ summary }) => (summary.succeededRequests === 0 ? null : summary.qps),
  },
  goodput: {
    ...perSecond,
    about: 'Requests per second that met every objective.',
    amount: 'good',
    compare: 'ratio',
    aliases: ['request_goodput'],
    gauge: 'goodput_per_second',
    inResult: ({ rates }) => rates.goodput,
  },
  goodShare: {
    ...shareOfRequests,
    about: 'Share of all requests that met every objective.',
    better: 'higher',
    amount: 'good',
    tellsFailures: false,
    gauge: 'good_share_ratio',
    inResult: ({ rates }) => rates.goodShare,
  },
  outputTokensPerSecond: {
    ...tokensPerSecond,
    about: 'Output tokens per second.',
    headline: true,
    amount: 'outputTokens',
    compare: 'ratio',
    aliases: ['tps', 'tokensPerSecond', 'output_throughput', 'output_tokens_per_second', 'output_token_throughput'],
    gauge: 'output_tokens_per_second',
    inResult: ({ summary }) => (summary.succeededRequests === 0 ? null : summary.outputTokensPerSecond),
  },
  totalTokensPerSecond: {
    ...tokensPerSecond,
    about: 'Input and output tokens per second.',
    amount: 'totalTokens',
    compare: 'ratio',
    aliases: ['total_token_throughput'],
    gauge: 'all_tokens_per_second',
    inResult: ({ summary, rates }) => (summary.succeededRequests === 0 ? null : rates.totalTokensPerSecond),
  },
  inputTokensPerSecond: {
    ...tokensPerSecond,
    about: 'Input tokens per second.',
    amount: 'inputTokens',
    compare: 'none',
    aliases: ['prompt_tokens_per_second'],
    gauge: 'input_tokens_per_second',
    inResult: ({ summary, rates }) =>
      summary.succeededRequests === 0
        ? null
        : (summary.input?.tokensPerSecond ?? rates.totalTokensPerSecond - summary.outputTokensPerSecond),
  },
  itemsPerSecond: {
    ...perSecond,
    about: 'Texts embedded or documents ranked per second.',
    amount: 'items',
    compare: 'none',
    gauge: 'items_per_second',
    inResult: ({ summary }) => summary.input?.itemsPerSecond,
  },
  steadyQps: {
    ...perSecond,
    about: 'Succeeded requests per second of the steady window.',
    amount: 'steadySucceeded',
    per: 'steadySeconds',
    compare: 'none',
    gauge: 'steady_queries_per_second',
    inResult: ({ rates }) => rates.steadyQps,
  },
  steadyOutputTokensPerSecond: {
    ...tokensPerSecond,
    about: 'Output tokens per second of the steady window.',
    amount: 'steadyOutputTokens',
    per: 'steadySeconds',
    compare: 'none',
    gauge: 'steady_output_tokens_per_second',
    inResult: ({ rates }) => rates.steadyOutputTokensPerSecond,
  },
  successRate: {
    ...shareOfRequests,
    about: 'Share of requests that succeeded.',
    better: 'higher',
    headline: true,
    amount: 'succeeded',
    tellsFailures: true,
    gauge: 'success_rate_ratio',
    inResult: ({ summary, rates }) => (summary.totalRequests === 0 ? null : rates.successRate),
  },
  errorRate: {
    ...shareOfRequests,
    about: 'Share of requests that failed.',
    better: 'lower',
    amount: 'failed',
    tellsFailures: true,
    aliases: ['http_req_failed'],
    gauge: 'error_rate_ratio',
    inResult: ({ summary, rates }) => (summary.totalRequests === 0 ? null : 1 - rates.successRate),
  },
  cacheHitShare: {
    ...plain,
    of: 'run',
    about: 'Share of the input tokens that the server found in its cache, where it says so.',
    quantity: 'share',
    better: 'higher',
    amount: 'cachedTokens',
    per: 'inputTokensOfCached',
    samples: 'cachedTokens',
    compare: 'none',
    tellsFailures: false,
    gauge: 'cache_hit_share_ratio',
    inResult: ({ rates }) => rates.cacheHitShare,
  },
  totalRequests: {
    ...runCount,
    about: 'Requests that ended, whether they succeeded or failed.',
    better: 'neither',
    amount: 'total',
    aliases: ['http_reqs'],
    gauge: null,
    inResult: ({ summary }) => summary.totalRequests,
  },
  succeededRequests: {
    ...runCount,
    about: 'Requests that succeeded.',
    better: 'neither',
    amount: 'succeeded',
    aliases: ['request_count'],
    gauge: null,
    inResult: ({ summary }) => summary.succeededRequests,
  },
  failedRequests: {
    ...runCount,
    about: 'Requests that failed.',
    better: 'lower',
    amount: 'failed',
    tellsFailures: true,
    aliases: ['error_request_count'],
    gauge: null,
    inResult: ({ summary }) => summary.failedRequests,
  },
  timeTaken: {
    ...runCount,
    about: 'Time from the first start to the last end.',
    quantity: 'duration',
    better: 'lower',
    amount: 'seconds',
    aliases: ['benchmark_duration'],
    gauge: 'time_taken_seconds',
    inResult: ({ summary }) => summary.timeTakenSeconds,
  },
  completedConversations: {
    ...runCount,
    about: 'Conversations of which every turn was answered.',
    better: 'neither',
    amount: 'completedConversations',
    gauge: 'completed_conversations',
    inResult: ({ conversations }) => conversations?.completed,
  },
  abandonedConversations: {
    ...runCount,
    about: 'Conversations given up after a failed turn.',
    better: 'lower',
    amount: 'abandonedConversations',
    gauge: 'abandoned_conversations',
    inResult: ({ conversations }) => conversations?.abandoned,
  },
} as const satisfies Record<string, Metric>

/** NaN for what is not above 0: what is made of it is absent. */
function positive(value: number): number {
  return value > 0 ? value : Number.NaN
}

/** NaN without values. */
function mean(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}
