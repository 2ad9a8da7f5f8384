/** What the metrics of a kind have in common; METRICS is made of these. */

/** Completes `objective "…": ` for what is no property of one answer. */
export const ABOUT_CONVERSATIONS =
  'an objective is about one request; a conversation is measured with a threshold on it'

/** Of most metrics. */
export const plain = { headline: false, aliases: [] } as const
export const time = { ...plain, quantity: 'time', whole: false, better: 'lower' } as const
export const answerTime = { ...time, of: 'request', compare: 'quantile', objective: true } as const
export const number = { ...plain, quantity: 'count', whole: true, better: 'neither', compare: 'none' } as const
export const answerNumber = { ...number, of: 'request', objective: true } as const
export const answerTokens = { ...answerNumber, quantity: 'tokens' } as const
export const answerSpeed = {
  ...plain,
  of: 'request',
  quantity: 'tokenRate',
  whole: false,
  better: 'higher',
  compare: 'quantile',
  objective: true,
} as const
export const perSecond = {
  ...plain,
  of: 'run',
  quantity: 'rate',
  per: 'seconds',
  better: 'higher',
  samples: 'succeededRequests',
  tellsFailures: false,
} as const
export const tokensPerSecond = { ...perSecond, quantity: 'tokenRate' } as const
export const shareOfRequests = {
  ...plain,
  of: 'run',
  quantity: 'share',
  per: 'total',
  compare: 'share',
  samples: 'totalRequests',
} as const
export const runCount = {
  ...plain,
  of: 'run',
  quantity: 'count',
  per: null,
  compare: 'none',
  samples: 'totalRequests',
  tellsFailures: false,
} as const

export const energy = {
  ...plain,
  of: 'run',
  quantity: 'energy',
  better: 'lower',
  amount: 'energyJoules',
  samples: 'succeededRequests',
  compare: 'none',
  tellsFailures: false,
} as const

/** NaN for what is not above 0: what is made of it is absent. */
export function positive(value: number): number {
  return value > 0 ? value : Number.NaN
}
