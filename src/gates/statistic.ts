/** What a gate is about: a statistic of a metric, as p99(ttft), or a metric of the whole run, as qps, and of which part of the run. */

import { nearest, suggestion } from '../config/index.ts'
import {
  type Better,
  DISTRIBUTION_NAMES,
  type DistributionName,
  factsOf,
  findMetric,
  isScalar,
  type Quantity,
  SCALAR_NAMES,
  type ScalarName,
} from '../metrics/index.ts'
import { FAILURE_CAUSES, type FailureCause } from '../samples/index.ts'
import type { AggregateName, CapacityKey, ScopeName } from './keys.ts'
import type { Fail } from './quantity.ts'

/** One value of a run. `name` is its one spelling, whichever alias was written. */
export type Statistic =
  | { kind: 'percentile'; name: string; metric: DistributionName; p: number }
  | { kind: 'avg' | 'min' | 'max' | 'stddev' | 'count'; name: string; metric: DistributionName }
  | { kind: 'scalar'; name: ScalarName }
  | { kind: 'errors'; name: string; cause: FailureCause }

/** A metric of one request: what an objective is about. */
export interface RequestValue {
  kind: 'request'
  name: DistributionName
  metric: DistributionName
}

/** What a capacity search finds. */
export interface Capacity {
  kind: 'capacity'
  name: CapacityKey
  variable: 'parallel' | 'rate'
}

/** What a gate may be about. */
export type Subject = Statistic | RequestValue | Capacity

/** Which way a value gets worse. */
export type Worse = 'higher' | 'lower'

const AGGREGATES: Record<AggregateName, 'avg' | 'min' | 'max' | 'stddev' | 'count' | 'med'> = {
  avg: 'avg',
  mean: 'avg',
  min: 'min',
  max: 'max',
  stddev: 'stddev',
  med: 'med',
  count: 'count',
}

/** What a capacity search finds, by its key or as `max(parallel)`. */
export function parseCapacity(text: string, fail: Fail): Capacity {
  const word = text.trim()
  const known = CAPACITIES.find(
    ({ name, variable }) => word === name || word.replaceAll(' ', '') === `max(${variable})`,
  )
  if (known !== undefined) return known
  const near = nearest(
    word,
    CAPACITIES.map(({ name }) => name),
  )
  throw fail(
    `unknown capacity "${word}"${near === undefined ? '' : `, did you mean "${near}"`}; write for instance "maxParallel >= 32" or "maxRate >= 10"`,
  )
}

const CAPACITIES: readonly Capacity[] = [
  { kind: 'capacity', name: 'maxParallel', variable: 'parallel' },
  { kind: 'capacity', name: 'maxRate', variable: 'rate' },
]

/** A metric of one request, for an objective. */
export function parseRequestValue(text: string, fail: Fail): RequestValue {
  const metric = parseMetric(text.trim(), fail)
  const { objective } = factsOf(metric)
  if (objective !== true) throw fail(objective)
  return { kind: 'request', name: metric, metric }
}

/** @throws what `fail` makes, when no statistic has this name */
export function parseKey(key: string, fail: Fail): Statistic {
  const name = key.trim()
  const call = /^([^()]*?)\s*\(\s*([^()]*?)\s*\)$/.exec(name)
  if (call !== null) return statisticOfCall(call[1]!, call[2]!, fail)
  const scalar = scalarNamed(name)
  if (scalar !== undefined) return { kind: 'scalar', name: scalar }
  const [, aggregate, metric] = /^(p\d[\d.]*|[a-z]+)_(\w+)$/.exec(name) ?? []
  const known = metric === undefined ? undefined : distributionNamed(metric)
  if (aggregate !== undefined && known !== undefined) return aggregateOf(aggregate, known, fail)
  throw fail(unknownKey(name))
}

function parseMetric(name: string, fail: Fail): DistributionName {
  const metric = distributionNamed(name)
  if (metric !== undefined) return metric
  if (scalarNamed(name) !== undefined) throw fail(`${name} is one number for the whole run; write it alone: "${name}"`)
  throw fail(`unknown metric "${name}"${suggestion(name, DISTRIBUTION_NAMES)}`)
}

/** What the value is counted in. */
export function quantityOf(statistic: Subject): Quantity {
  if (statistic.kind === 'capacity') return statistic.variable === 'rate' ? 'rate' : 'count'
  if (statistic.kind === 'errors' || statistic.kind === 'count') return 'count'
  return factsOf(statistic.kind === 'scalar' ? statistic.name : statistic.metric).quantity
}

/** Which way the value gets better. */
export function betterOf(statistic: Statistic): Better {
  if (statistic.kind === 'errors') return 'lower'
  if (statistic.kind === 'count') return 'neither'
  const { better } = factsOf(statistic.kind === 'scalar' ? statistic.name : statistic.metric)
  // More scatter is worse, of speeds too.
  return statistic.kind === 'stddev' && better !== 'neither' ? 'lower' : better
}

/** Whether a gate on it says how many requests may fail. */
export function tellsFailures(statistic: Statistic): boolean {
  return statistic.kind === 'errors' || (statistic.kind === 'scalar' && factsOf(statistic.name).tellsFailures)
}

/** Whether it counts the requests that meet the objectives. */
export function countsGood(statistic: Subject): boolean {
  return statistic.kind === 'scalar' && factsOf(statistic.name).amount === 'good'
}

/** Undefined for what has no better and worse, such as the number of tokens. */
export function worseDirection(statistic: Statistic): Worse | undefined {
  const better = betterOf(statistic)
  return better === 'neither' ? undefined : better === 'lower' ? 'higher' : 'lower'
}

function statisticOfCall(word: string, argument: string, fail: Fail): Statistic {
  if (word !== 'errors') return aggregateOf(word, parseMetric(argument, fail), fail)
  const cause = FAILURE_CAUSES.find((known) => known === argument)
  if (cause === undefined) throw fail(`unknown failure cause "${argument}"${suggestion(argument, FAILURE_CAUSES)}`)
  return { kind: 'errors', name: `errors(${cause})`, cause }
}

function aggregateOf(word: string, metric: DistributionName, fail: Fail): Statistic {
  if (/^p\d/.test(word)) return percentile(Number(word.slice(1)), word, metric, fail)
  if (!Object.hasOwn(AGGREGATES, word))
    throw fail(
      `unknown aggregate "${word}"${suggestion(word, ['p50', 'p90', 'p95', 'p99', ...Object.keys(AGGREGATES), 'errors'])}`,
    )
  const kind = AGGREGATES[word as AggregateName]
  return kind === 'med' ? percentile(50, 'p50', metric, fail) : { kind, name: `${kind}(${metric})`, metric }
}

function percentile(p: number, word: string, metric: DistributionName, fail: Fail): Statistic {
  if (!(p >= 0 && p <= 100))
    throw fail(`"${word}" is not a percentile; they go from p0 to p100, with decimals as in p99.9`)
  return { kind: 'percentile', name: `p${p}(${metric})`, metric, p }
}

function unknownKey(name: string): string {
  const metric = distributionNamed(name)
  if (metric !== undefined)
    return `${name} has one value for each request; say which statistic of them, for instance "p99(${name})" or "avg(${name})"`
  if (name === 'errors') return 'errors need a cause; write for instance "errors(reset)", or "failedRequests" for all'
  if (name === '') return 'nothing to compare; begin with a statistic, for instance "p99(latency) <= 1.5 s"'
  const near = nearest(name, [...SCALAR_WORDS, ...calls(name)])
  if (near !== undefined) return `unknown metric or statistic "${name}", did you mean "${near}"?`
  return `unknown metric or statistic "${name}"; known: p50 to p99.9, ${Object.keys(AGGREGATES).join(', ')} of a metric, as in p99(latency); errors(cause); ${SCALAR_NAMES.join(', ')}`
}

/** What a mistyped call could have meant, with its own percentile. */
function calls(name: string): string[] {
  const words = [/p\d+(?:\.\d+)?/i.exec(name)?.[0].toLowerCase() ?? 'p99', ...Object.keys(AGGREGATES)]
  return DISTRIBUTION_NAMES.flatMap((metric) => words.map((word) => `${word}(${metric})`))
}

const SCALAR_WORDS = SCALAR_NAMES.flatMap((name) => [name, ...factsOf(name).aliases])

function scalarNamed(word: string): ScalarName | undefined {
  const name = findMetric(word)
  return name !== undefined && isScalar(name) ? name : undefined
}

function distributionNamed(word: string): DistributionName | undefined {
  const name = findMetric(word)
  return name === undefined || isScalar(name) ? undefined : name
}

/** A stage counts from 1; `parallel` and `rate` name a level of a sweep by its value. */
export interface Scope {
  by: ScopeName
  value: number
}

const SCOPE_NAMES: readonly ScopeName[] = ['stage', 'parallel', 'rate']

/**
 * Cuts `p99(latency){stage:2}` into the statistic and its part of the run.
 *
 * @throws what `fail` makes, when the braces do not hold one known name and a number
 */
export function cutScope(key: string, fail: Fail): { statistic: string; scope: Scope | undefined } {
  const [, statistic = '', inside, rest = ''] = /^([^{]*)(?:\{([^}]*)\}?)?(.*)$/s.exec(key) ?? []
  if (inside === undefined) return { statistic: key, scope: undefined }
  const example = 'write for instance "p99(latency){stage:2}" or "p99(latency){parallel:8}"'
  if (rest.trim() !== '' || !key.includes('}'))
    throw fail(`"${key.slice(statistic.length)}" is not a part of a run; ${example}`)
  const [, name = '', text = ''] = /^\s*(\w*)\s*:\s*(.*?)\s*$/.exec(inside) ?? []
  const by = SCOPE_NAMES.find((known) => known === name)
  if (by === undefined)
    throw fail(
      name === ''
        ? `"{${inside}}" is not a part of a run; ${example}`
        : `unknown part of a run "${name}"${suggestion(name, SCOPE_NAMES)}`,
    )
  const value = Number(text)
  if (text === '' || !Number.isFinite(value) || value <= 0 || (by !== 'rate' && !Number.isInteger(value)))
    throw fail(
      `"${text}" is not a ${by === 'rate' ? 'rate' : by === 'stage' ? 'stage; they count from 1' : 'number in parallel'}`,
    )
  return { statistic, scope: { by, value } }
}
