/** What a user may write in a gate, as types: a typo in a key is a compile error where it is written. */

import type { AliasOf, DistributionName, MetricsWith, ScalarName } from '../metrics/index.ts'
import type { FailureCause } from '../samples/index.ts'

/** One statistic of a metric beside its percentiles; `mean` is `avg`, `med` is `p50`. */
export type AggregateName = 'avg' | 'mean' | 'min' | 'max' | 'stddev' | 'med' | 'count'

/** What other tools call a metric of a whole run, for instance EvalScope's `rps` and vLLM's `request_throughput`. */
export type ScalarAlias = AliasOf<ScalarName>

/** What other tools call a metric, for instance vLLM's `e2el` and k6's `http_req_duration`. */
export type MetricAlias = AliasOf<DistributionName>

/** What a part of a run goes by: a stage from 1, or a level of a sweep by its value. */
export type ScopeName = 'stage' | 'parallel' | 'rate'

/** One value of a run: `p99(latency)`, `avg(ttft)`, `qps`, `errors(reset)`, or EvalScope's `p99_latency`. */
export type StatisticKey =
  | `${`p${number}` | AggregateName}(${DistributionName | MetricAlias})`
  | `${`p${number}` | AggregateName}_${SnakeCase<DistributionName> | MetricAlias}`
  | `errors(${FailureCause})`
  | ScalarName
  | ScalarAlias

/**
 * What a threshold is about: a value of the whole run, or of a part of it, as in `p99(latency){stage:2}` and
 * `qps{parallel:8}`.
 *
 * The number of a percentile is checked at run time, from 0 to 100, and so is whether the run has such a part.
 */
export type ThresholdKey = StatisticKey | `${StatisticKey}{${ScopeName}:${number}}`

/** An operator, a number and a unit, for instance `<= 1.5 s`; several are joined by `&&` or `and`. */
export type Condition = string

/** A condition that stops the load when it is not met, as in k6. */
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

/** Connection time, dispatch delay and the metrics of a conversation are no property of one answer. */
export type ObjectiveMetric = MetricsWith<{ objective: true }>

/** Metrics of requests that can be compared. */
export type ComparedMetric = MetricsWith<{ compare: 'quantile' }>

/** Metrics of a whole run that can be compared. */
export type ComparedScalar = MetricsWith<{ compare: 'ratio' | 'share' }>

/** For instance `p50(latency)`, `p99(ttft)`, `avg(tpot)`, `qps`. The number of a percentile is checked at run time. */
export type RegressionKey =
  | `${`p${number}` | 'avg' | 'mean' | 'med'}(${ComparedMetric | AliasOf<ComparedMetric>})`
  | ComparedScalar
  | AliasOf<ComparedScalar>

/** How much worse values may become, for instance `{ 'p50(latency)': '5 %', 'p99(ttft)': '10 %', qps: '3 %' }`. */
export type Regressions = { readonly [Key in RegressionKey]?: string }

/** One criterion of a capacity search, for instance `{ p99_latency: '<=2', avg_ttft: '<= 500 ms' }` or `{ tps: 'max' }`. */
export type CriterionRecord = Readonly<Record<string, string>>

/** What a capacity search finds: the most requests in flight, or per second. */
export type CapacityKey = 'maxParallel' | 'maxRate'

/** Thresholds as the config holds them, their keys not yet checked. `Thresholds` is one of these. */
export type ThresholdRecord = Readonly<Record<string, WrittenCondition | readonly WrittenCondition[] | undefined>>

type WrittenCondition = Condition | LooseAbortingCondition

/** As zod types it: a field that is absent may be undefined too. */
type LooseAbortingCondition = { readonly [Field in keyof AbortingCondition]: AbortingCondition[Field] | undefined }

/** `firstChunkLatency` becomes `first_chunk_latency`. */
type SnakeCase<Name extends string> = Name extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${SnakeCase<Rest>}`
  : ''
