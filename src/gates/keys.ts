/** The words a threshold may be about, as types: a typo in a key is a compile error where it is written. */

import type { AliasOf, DistributionName, MetricsWith, ScalarName } from '../metrics/index.ts'
import type { FailureCause } from '../samples/index.ts'

/** One figure of a distribution beside its percentiles; `mean` is `avg`, `med` is `p50`. */
export type AggregateName = 'avg' | 'mean' | 'min' | 'max' | 'stddev' | 'med' | 'count'

/** What other tools call a figure of a whole run, for instance EvalScope's `rps` and vLLM's `request_throughput`. */
export type ScalarAlias = AliasOf<ScalarName>

/** What other tools call a metric, for instance vLLM's `e2el` and k6's `http_req_duration`. */
export type MetricAlias = AliasOf<DistributionName>

/** What a part of a run goes by: a stage from 1, or a level of a sweep by its value. */
export type ScopeName = 'stage' | 'parallel' | 'rate'

/** One figure of a run: `p99(latency)`, `avg(ttft)`, `qps`, `errors(reset)`, or EvalScope's `p99_latency`. */
export type FigureKey =
  | `${`p${number}` | AggregateName}(${DistributionName | MetricAlias})`
  | `${`p${number}` | AggregateName}_${SnakeCase<DistributionName> | MetricAlias}`
  | `errors(${FailureCause})`
  | ScalarName
  | ScalarAlias

/**
 * What a threshold is about: a figure of the whole run, or of a part of it, as in `p99(latency){stage:2}` and
 * `qps{parallel:8}`.
 *
 * The number of a percentile is checked at run time, from 0 to 100, and so is whether the run has such a part.
 */
export type ThresholdKey = FigureKey | `${FigureKey}{${ScopeName}:${number}}`

/** An operator, a number and a unit, for instance `<= 1.5 s`; several are joined by `&&` or `and`. */
export type Condition = string

/** A condition that stops the load when it is broken, as in k6. */
export interface AbortingCondition {
  readonly threshold: Condition
  readonly abortOnFail?: boolean
  /** Grace period from the start of the measured phase, for instance `10 s`. */
  readonly delayAbortEval?: string
}

type AnyCondition = Condition | AbortingCondition

/** What must hold, for instance `{ 'p99(latency)': '<= 1.5 s', qps: ['>= 4', '< 100'] }`. */
export type Thresholds = { readonly [Key in ThresholdKey]?: AnyCondition | readonly AnyCondition[] }

/** What each request must meet to count as goodput, for instance `{ ttft: '<= 200 ms' }`. */
export type Objectives = { readonly [Metric in ObjectiveMetric | AliasOf<ObjectiveMetric>]?: Condition }

/** Connection time, dispatch delay and a conversation's figures are no property of one answer. */
export type ObjectiveMetric = MetricsWith<{ objective: true }>

/** `firstChunkLatency` becomes `first_chunk_latency`. */
type SnakeCase<Name extends string> = Name extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${SnakeCase<Rest>}`
  : ''
