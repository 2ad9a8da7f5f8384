/** The names of everything that is measured; thresholds, results and reports use these words. */

/** Times, in milliseconds. */
export const TIME_METRICS = [
  'latency',
  'responseTime',
  'dispatchDelay',
  'firstChunkLatency',
  'ttft',
  'tpot',
  'itl',
  'packageLatency',
  'connect',
  'firstTurnTtft',
  'laterTurnTtft',
  'conversationDuration',
] as const

/** Counts per request. */
export const COUNT_METRICS = [
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'reasoningTokens',
  'packages',
  'conversationTurns',
  'items',
] as const

/** Tokens per second of one request. */
export const SPEED_METRICS = ['outputSpeed', 'decodeSpeed', 'totalSpeed'] as const

/** Tokens per step of the server: above 1 where it guesses ahead (speculative decoding). */
export const RATIO_METRICS = ['tokensPerIteration'] as const

export const DISTRIBUTION_NAMES = [...TIME_METRICS, ...COUNT_METRICS, ...SPEED_METRICS, ...RATIO_METRICS] as const
export type DistributionName = (typeof DISTRIBUTION_NAMES)[number]

/** One number for a whole run. */
export const SCALAR_NAMES = [
  'qps',
  'goodput',
  'goodShare',
  'outputTokensPerSecond',
  'totalTokensPerSecond',
  'inputTokensPerSecond',
  'itemsPerSecond',
  'steadyQps',
  'steadyOutputTokensPerSecond',
  'successRate',
  'errorRate',
  'cacheHitShare',
  'totalRequests',
  'succeededRequests',
  'failedRequests',
  'timeTaken',
  'completedConversations',
  'abandonedConversations',
] as const
export type ScalarName = (typeof SCALAR_NAMES)[number]
