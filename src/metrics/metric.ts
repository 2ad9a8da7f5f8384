/** What must be known of a metric: a fact that is missing in METRICS is a compile error. */
import type { Result } from '../result/index.ts'
import type { ConversationEnd } from './conversationMetrics.ts'
import type { RequestRow } from './requestRow.ts'

/** What a metric is counted in; the units of each are in gates/index.ts. */
export type Quantity =
  | 'time'
  | 'duration'
  | 'share'
  | 'rate'
  | 'tokenRate'
  | 'tokens'
  | 'money'
  | 'energy'
  | 'efficiency'
  | 'count'

/** A metric that is neither better nor worse when it changes has no regressions. */
export type Better = 'lower' | 'higher' | 'neither'

/**
 * What an answer must have for a metric to be expected of it: output, output tokens after the first output event
 * (`span`), more than one package, a known number of output tokens (`counted`), its place in a conversation.
 */
export type AnswerTrait = 'output' | 'span' | 'packages' | 'counted' | 'firstTurn' | 'laterTurn'

interface Described {
  /** One plain sentence. */
  about: string
  quantity: Quantity
  /** Shown without being asked for, among the main metrics. */
  headline: boolean
  /** Names in other tools, which thresholds take too: EvalScope, vLLM bench, GuideLLM, AIPerf, k6. */
  aliases: readonly string[]
}

/** How a metric with many values compares; one that is neither better nor worse does not. */
type Compared = { better: 'lower' | 'higher'; compare: 'quantile' | 'none' } | { better: Better; compare: 'none' }

type Sampled = Described &
  Compared & {
    /** All values are whole numbers. */
    whole: boolean
    /** Whether one request can be held to a limit; else why not, after `objective "…": `. */
    objective: true | string
  }

/** Of the succeeded requests: a value each. */
type RequestMetric = Sampled & {
  of: 'request'
  /** Answers with all of these traits must have it: it may be absent elsewhere. `optional`: absent from any answer. */
  expected: readonly AnswerTrait[] | 'optional'
  /** @returns in the quantity's own unit; NaN where it is absent */
  value: (request: RequestRow) => number
}

/** Of the succeeded requests: all the gaps of each. `value` is a request's mean, which objectives are held against. */
type GapMetric = Omit<RequestMetric, 'of'> & Compared & { of: 'gap' }

/** Of every request, also a failed one; `connection`: of those that opened one. */
type AttemptMetric = Sampled & { of: 'attempt' | 'connection'; value: (request: RequestRow) => number }

/** Of the conversations that were completed. */
type ConversationMetric = Sampled & { of: 'conversation'; valueAtEnd: (end: ConversationEnd) => number }

/** What a run counts; NaN where it has no such thing, as no good requests without objectives. */
export interface RunCounts {
  /** From the first start to the last end. */
  readonly seconds: number
  readonly total: number
  readonly succeeded: number
  readonly failed: number
  /** Succeeded and met every objective. */
  readonly good: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  /** Texts embedded, documents ranked. */
  readonly items: number
  readonly cachedTokens: number
  /** Input tokens of the requests whose cached tokens the server reported. */
  readonly inputTokensOfCached: number
  /** The steady window, and what ended in it. */
  readonly steadySeconds: number
  readonly steadySucceeded: number
  readonly steadyOutputTokens: number
  /** Of all requests, also failed ones, of which the tokens are known; NaN without prices. */
  readonly cost: number
  /** Of all GPUs that were watched; NaN where that is not known. */
  readonly energyJoules: number
  readonly completedConversations: number
  readonly abandonedConversations: number
}

/** What is counted in each block of a comparison. */
export type BlockCount = 'seconds' | 'total' | 'succeeded' | 'failed' | 'good' | 'outputTokens' | 'totalTokens'

/** Comparisons sum both parts over blocks: `ratio` over seconds, `share` over requests. */
type RunCompared =
  | { compare: 'ratio'; better: 'lower' | 'higher'; amount: BlockCount; per: 'seconds' }
  | { compare: 'share'; better: 'lower' | 'higher'; amount: BlockCount; per: 'total' }
  | { compare: 'none'; better: Better; amount: keyof RunCounts; per: keyof RunCounts | null }

/** Of the run as a whole: `amount / per`, or the amount itself where `per` is null; absent where that is no number. */
type RunMetric = Described &
  RunCompared & {
    of: 'run'
    /** What its n counts; a rate of nothing is no rate: `qps <= 100` must not pass because every request failed. */
    samples: 'totalRequests' | 'succeededRequests' | 'cachedTokens'
    /** A gate on it says how many requests may fail. */
    tellsFailures: boolean
    /** Where a result has it. */
    inResult: (result: Result) => number | null | undefined
    /** Its name in formats that list gauges; null: an export has it by outcome, in `requests_total`. */
    gauge: string | null
  }

export type Metric = RequestMetric | GapMetric | AttemptMetric | ConversationMetric | RunMetric
